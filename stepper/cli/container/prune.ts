import { failureOf, TsstepError } from '../../../core/errors.ts';
import { treeBytes } from '../../../core/host/tree-bytes.ts';
import { containerFiles } from '../../../core/paths.ts';
import { type Container, listContainers } from '../../../core/store/containers.ts';
import { removeStopped } from '../../lifecycle/removal.ts';
import { confirm } from '../confirm.ts';
import { humanSize } from '../format/size.ts';
import { forEach, openStateAsRoot } from '../state.ts';
import { containerPruneFilter } from './prune-filters.ts';

interface Flags {
  force?: boolean;
  filter?: readonly string[];
}

export async function prune({ force = false, filter = [] }: Flags): Promise<number> {
  const { root } = openStateAsRoot('container prune');
  const isWanted = containerPruneFilter(filter, Date.now());
  if (!force && !(await confirm('WARNING! This will remove all stopped containers.'))) return 0;
  const removed: string[] = [];
  let bytes = 0;
  const ids = listContainers(root).filter((one) => isStopped(one) && isWanted(one));
  const code = await forEach(
    ids.map(({ config }) => config.id),
    async (id) => {
      const size = treeBytes(containerFiles(root, id).upper);
      if (!(await remove(root, id))) return;
      removed.push(id);
      bytes += size;
    },
  );
  if (removed.length > 0)
    process.stdout.write(`Deleted Containers:\n${removed.map((id) => `${id}\n`).join('')}\n`);
  process.stdout.write(`Total reclaimed space: ${humanSize(bytes, 4)}\n`);
  return code;
}

const isStopped = ({ state }: Container): boolean => ['created', 'exited', 'dead'].includes(state.status);

/** @returns false: somebody has started or removed it meanwhile */
async function remove(root: string, id: string): Promise<boolean> {
  try {
    const [problem] = await removeStopped(root, id, { keepVolumes: true });
    if (problem) throw new TsstepError(problem.failure);
    return true;
  } catch (error) {
    if (['no-such-container', 'container-state'].includes(failureOf(error).code)) return false;
    throw error;
  }
}
