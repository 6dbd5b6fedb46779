import { failureOf } from '../../../core/errors.ts';
import { removeVolumeByName } from '../../../core/store/volumes.ts';
import { forEach, openStateAsRoot } from '../state.ts';

/** Prints each name. With -f, as with docker, what is gone already is no failure. */
export async function remove(
  names: readonly string[],
  { force = false }: { force?: boolean },
): Promise<number> {
  const { root } = openStateAsRoot('volume rm');
  return await forEach(names, async (name) => {
    try {
      await removeVolumeByName(root, name);
    } catch (error) {
      if (!force || failureOf(error).code !== 'no-such-volume') throw error;
    }
    process.stdout.write(`${name}\n`);
  });
}
