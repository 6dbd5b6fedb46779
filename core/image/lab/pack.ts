import { type Header, pack } from 'tar-stream';
import { storeLayer } from '../store/store-layer.ts';
import type { LayerSource } from '../types.ts';
import type { NewFile } from './new-file.ts';

/**
 * Pack files into a gzip layer in the store. The same files and time give the same diff id, so that the image is the same on
 * every machine with the same busybox.
 * @param mtime of every file
 */
export async function packLayer(root: string, files: readonly NewFile[], mtime: Date): Promise<LayerSource> {
  return await storeLayer(root, tarOf(files, mtime), 9);
}

async function* tarOf(files: readonly NewFile[], mtime: Date): AsyncGenerator<Uint8Array> {
  const tar = pack();
  for (const { path, type, mode, uid, gid, content } of files) {
    const header: Partial<Header> & Pick<Header, 'name'> = { name: path, type, mode, uid, gid, mtime };
    if (type === 'file') tar.entry(header, content);
    else
      tar.entry(type === 'symlink' ? { ...header, linkname: Buffer.from(content).toString() } : header, '');
  }
  tar.finalize();
  for await (const chunk of tar) yield chunk as Uint8Array;
}
