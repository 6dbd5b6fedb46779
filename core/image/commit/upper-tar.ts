/**
 * An upperdir as the entries of a layer (image-spec, layer.md): what overlayfs marks with devices and attributes, a tar says
 * with `.wh.` names. The reverse is core/image/unpack/layer-tree.ts.
 */
import type { BigIntStats } from 'node:fs';
import { OpenDirectory } from '../../kernel/open-directory.ts';
import { isMountPoint } from '../overlay/mount-points.ts';
import { isOpaque, isWhiteout, mustHaveContent } from '../overlay/overlay-marks.ts';
import type { NewEntry } from '../tar/tar-writer.ts';
import { type TreeOptions, TreeWalk } from '../tar/tree-walk.ts';

/**
 * Every entry of the upperdir, a directory before what is in it.
 * @param upper the upperdir; the container may be writing to it
 */
export function* layerEntries(upper: string, options: TreeOptions): Generator<NewEntry> {
  const directory = OpenDirectory.open(upper);
  try {
    if (isOpaque(upper)) yield marker('.wh..wh..opq', 0n);
    yield* new LayerWalk(options).below(directory, '');
  } finally {
    directory.close();
  }
}

class LayerWalk extends TreeWalk {
  protected override replaced(
    parent: OpenDirectory,
    name: string,
    path: string,
    stat: BigIntStats,
  ): NewEntry[] | undefined {
    if (isWhiteout(parent.at(name), stat)) {
      return [marker(`${path.slice(0, -name.length)}.wh.${name}`, stat.mtimeNs)];
    }
    if (stat.isFile()) mustHaveContent(parent.at(name));
    return isMountPoint(`/${path}`, stat) && isEmpty(parent, name, stat) ? [] : undefined;
  }

  protected override marks(parent: OpenDirectory, name: string, path: string, stat: BigIntStats): NewEntry[] {
    return isOpaque(parent.at(name)) ? [marker(`${path}/.wh..wh..opq`, stat.mtimeNs)] : [];
  }
}

function isEmpty(parent: OpenDirectory, name: string, stat: BigIntStats): boolean {
  if (!stat.isDirectory()) return true;
  const directory = parent.child(name);
  try {
    return directory.names().length === 0;
  } finally {
    directory.close();
  }
}

const marker = (path: string, mtime: bigint): NewEntry => ({
  ...{ type: 'file', path, mode: 0o600, uid: 0, gid: 0, mtime, size: 0 },
});
