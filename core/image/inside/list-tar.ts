import { createHash } from 'node:crypto';
import { tarEntries } from '../tar/tar.ts';
import { checkEntry, type LayerEntry } from '../unpack/entry.ts';
import { whiteoutOf } from '../unpack/whiteout.ts';
import { ListBuilder } from './list.ts';
import type { LayerFile, LayerList } from './types.ts';

/**
 * The list of a layer's tar. Content is hashed as it flows past, and not kept.
 * @param what names the layer in errors
 * @throws `bad-image` for what unpacking would refuse
 */
export async function listTar(tar: AsyncIterable<Uint8Array>, what: string): Promise<LayerList> {
  const list = new ListBuilder();
  let index = 0;
  for await (const { header, content } of tarEntries(tar, what)) {
    const entry = checkEntry(header);
    const whiteout = whiteoutOf(entry.path);
    if (whiteout?.kind === 'opaque') list.clear(whiteout.path);
    else if (whiteout?.kind === 'remove') list.remove(whiteout.path);
    else if (!whiteout && entry.type === 'link') list.link(entry.path, entry.target);
    else if (!whiteout) list.add(entry.path, await fileOf(entry, content, index));
    index++;
  }
  return list;
}

async function fileOf(
  { type, mode, uid, gid, size, target, major, minor }: LayerEntry,
  content: AsyncIterable<Uint8Array>,
  index: number,
): Promise<LayerFile> {
  const common = { mode, uid, gid };
  if (type === 'file') {
    const hash = createHash('sha256');
    if (size > 0) for await (const chunk of content) hash.update(chunk);
    return { ...common, type, size, target: '', digest: `sha256:${hash.digest('hex')}`, entry: index };
  }
  // A symlink's permissions are always 0777 on Linux, whatever its tar says (symlink(7)).
  if (type === 'symlink') return { ...common, type, mode: 0o777, size: 0, target };
  if (type === 'character-device' || type === 'block-device')
    return { ...common, type, size: 0, target: `${major}, ${minor}` };
  return { ...common, type: type === 'fifo' ? type : 'directory', size: 0, target: '' };
}

/** The content of entry number `index` of a tar. */
export async function* tarContent(
  tar: AsyncIterable<Uint8Array>,
  index: number,
  what: string,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const { content } of tarEntries(tar, what)) {
    if (at++ !== index) continue;
    yield* content;
    return;
  }
}
