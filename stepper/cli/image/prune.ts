/** `tsstep image prune`: docker's question, its list, and the bytes that were won. */
import { parseFilters, pruneFilters } from '../../../core/image/store/filters.ts';
import { pruneImages } from '../../../core/image/store/prune.ts';
import { makeStateDirectory } from '../../../core/store/state-directory.ts';
import { shownOn } from '../../printable.ts';
import { confirm } from '../confirm.ts';
import { humanSize } from '../format/size.ts';
import { openStateAsRoot } from '../state.ts';
import { sayWhatStays } from './rm.ts';

interface Flags {
  all?: boolean;
  force?: boolean;
  filter?: readonly string[];
}

const what = {
  dangling: 'all dangling images',
  unused: 'all images without at least one container associated to them',
};

export async function prune({ all = false, force = false, filter = [] }: Flags): Promise<number> {
  const { root } = openStateAsRoot('image prune');
  makeStateDirectory(root);
  const filters = parseFilters(filter, pruneFilters);
  if (!force && !(await confirm(`WARNING! This will remove ${all ? what.unused : what.dangling}.`))) return 0;
  const removed = await pruneImages(root, all, filters);
  const lines = [
    ...removed.untagged.map((name) => `untagged: ${shownOn(process.stdout, name)}\n`),
    ...removed.deleted.map((id) => `deleted: ${id}\n`),
  ];
  if (lines.length > 0) process.stdout.write(`Deleted Images:\n${lines.join('')}\n`);
  process.stdout.write(`Total reclaimed space: ${humanSize(removed.bytes, 4)}\n`);
  sayWhatStays(removed);
  return 0;
}
