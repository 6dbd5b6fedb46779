import { pruneVolumes } from '../../../core/store/volumes.ts';
import { confirm } from '../confirm.ts';
import { humanSize } from '../format/size.ts';
import { openStateAsRoot } from '../state.ts';
import { volumePruneFilter } from './filters.ts';

interface Flags {
  force?: boolean;
  filter?: readonly string[];
}

export async function prune({ force = false, filter = [] }: Flags): Promise<number> {
  const { root } = openStateAsRoot('volume prune');
  const isWanted = volumePruneFilter(filter);
  const warning = 'WARNING! This will remove all local volumes not used by at least one container.';
  if (!force && !(await confirm(warning))) return 0;
  const { names, bytes } = await pruneVolumes(root, isWanted);
  if (names.length > 0)
    process.stdout.write(`Deleted Volumes:\n${names.map((name) => `${name}\n`).join('')}\n`);
  process.stdout.write(`Total reclaimed space: ${humanSize(bytes, 4)}\n`);
  return 0;
}
