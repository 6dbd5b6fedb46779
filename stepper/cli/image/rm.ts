/** `tsstep rmi`: docker's lines, what lost its name and what is gone. */
import { failureOf } from '../../../core/errors.ts';
import { type Removed, removeImage } from '../../../core/image/store/remove.ts';
import { makeStateDirectory } from '../../../core/store/state-directory.ts';
import { shownOn } from '../../printable.ts';
import { failureText } from '../../show-failure.ts';
import { forEach, openStateAsRoot } from '../state.ts';

export async function rmi(
  references: readonly string[],
  { force = false }: { force?: boolean },
): Promise<number> {
  const { root } = openStateAsRoot('rmi');
  makeStateDirectory(root);
  return await forEach(references, async (reference) => {
    const removed = force ? await removeOrSay(root, reference) : await removeImage(root, reference, false);
    if (!removed) return;
    const lines = [
      ...removed.untagged.map((name) => `Untagged: ${shownOn(process.stdout, name)}\n`),
      ...removed.deleted.map((id) => `Deleted: ${id}\n`),
    ];
    process.stdout.write(lines.join(''));
    sayWhatStays(removed);
  });
}

/** With -f, as with docker, what is gone already is no failure. */
async function removeOrSay(root: string, reference: string): Promise<Removed | undefined> {
  try {
    return await removeImage(root, reference, true);
  } catch (error) {
    const failure = failureOf(error);
    if (failure.code !== 'no-such-image') throw error;
    process.stderr.write(failureText(failure));
    return undefined;
  }
}

/** The names are gone in any case; the files only when it is known that nobody needs them. */
export function sayWhatStays({ stays }: Removed): void {
  if (stays === undefined) return;
  const why =
    stays === 'held'
      ? 'a run or a pull is looking at the store, so the files stay for now:'
      : `nobody knows which image ${stays.unreadable.map((id) => `container ${id}`).join(' and ')} needs, as its config.json cannot be read, ` +
        `so the files of all images stay. Once it is gone (tsstep rm ${stays.unreadable.join(' ')}),`;
  process.stderr.write(`tsstep: ${why} the next \`tsstep rmi\` or \`tsstep image prune\` removes them\n`);
}
