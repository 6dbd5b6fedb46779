/** `tsstep ps`: containers in docker's columns and words. */
import { treeBytes } from '../../core/host/tree-bytes.ts';
import { imageSize } from '../../core/image/store/layer-size.ts';
import { findAmong, type StoredImage, storedImages } from '../../core/image/store/stored.ts';
import { isAlive } from '../../core/kernel/proc.ts';
import { containerFiles } from '../../core/paths.ts';
import { usageError } from '../../core/spec/usage.ts';
import { type Container, listContainers } from '../../core/store/containers.ts';
import { healthOf } from '../../core/supervisor/health-file.ts';
import { printIds, printRows } from './format/print.ts';
import { columns, type Facts, rowOf } from './ps/columns.ts';
import { parseFilters } from './ps/filters.ts';
import { select } from './ps/select.ts';
import { openState } from './state.ts';

interface Flags {
  all?: boolean;
  quiet?: boolean;
  /** false: --no-trunc. */
  trunc?: boolean;
  size?: boolean;
  latest?: boolean;
  last?: string;
  filter?: readonly string[];
  format?: string;
}

export async function ps(flags: Flags): Promise<number> {
  const { all = false, quiet = false, trunc = true, size = false, format } = flags;
  const { root } = openState('ps');
  const found = listContainers(root);
  const images = await storedImages(root);
  const chosen = { all, last: lastOf(flags), filters: parseFilters(flags.filter ?? []) };
  const shown = select(found, chosen, root, images);
  // Counting bytes takes long: only where somebody sees them.
  const sized = size || /\.Size\b/.test(format ?? '');
  const now = Date.now();
  const rows = shown.map((container) =>
    rowOf(container, {
      now,
      truncate: trunc,
      image: imageShown(container, images),
      health: healthOf(root, container.config.id),
      ...(sized && { size: sizeOf(root, container, images) }),
    }),
  );
  if (quiet) printIds(rows);
  else printRows(rows, format, columns(size));
  const dead = found.filter(({ state }) => state.status === 'dead');
  if (dead.length > 0) hint(dead);
  return 0;
}

/** @throws TsstepError usage */
function lastOf({ latest = false, last }: Flags): number {
  if (latest) return 1;
  if (last === undefined) return 0;
  if (!/^-?\d+$/.test(last)) throw usageError('--last', last, 'it is not a number', 'write --last 5');
  return Math.max(0, Number(last));
}

/** Docker names the image by its ID once the name that was typed means another one. */
function imageShown({ config }: Container, images: readonly StoredImage[]): string {
  const typed = config.spec.image || config.image.name;
  try {
    return findAmong(images, typed).image.id === config.image.id ? typed : config.image.id;
  } catch {
    return typed;
  }
}

function sizeOf(root: string, { config }: Container, images: readonly StoredImage[]): Facts['size'] {
  const image = images.find(({ id }) => id === config.image.id);
  return { own: treeBytes(containerFiles(root, config.id).upper), image: image ? imageSize(root, image) : 0 };
}

function hint(dead: readonly Container[]): void {
  const names = (some: readonly Container[]) => some.map(({ config }) => config.name).join(', ');
  const are =
    dead.length === 1 ? 'is dead: the tsstep that ran it was' : 'are dead: the tsstep that ran each was';
  const orphans = dead.filter(({ state }) => state.process && isAlive(state.process));
  const still = orphans.length > 0 ? `Processes of ${names(orphans)} still run. ` : '';
  process.stderr.write(
    `tsstep: ${names(dead)} ${are} killed. ${still}\`tsstep clean\` takes back what is left\n`,
  );
}
