/** A layer's content, from its unpacked directory where there is one, else from its blob. Both say the same. */
import { TsstepError } from '../../errors.ts';
import { tolerating } from '../../kernel/errno.ts';
import { streamBlob } from '../store/blobs.ts';
import type { ImageLayer } from '../types.ts';
import { decompress } from '../unpack/decompress.ts';
import { directoryContent, directoryDigest, listDirectory } from './list-directory.ts';
import { listTar, tarContent } from './list-tar.ts';
import type { LayerFile, LayerList } from './types.ts';

const nameOf = ({ digest }: ImageLayer): string => `the layer ${digest}`;

const tarOf = (root: string, layer: ImageLayer): AsyncIterable<Uint8Array> =>
  decompress(streamBlob(root, layer.digest), nameOf(layer));

/** The directory takes no decompressing, and its files need not be read. @throws `bad-image` */
export async function listLayer(root: string, layer: ImageLayer): Promise<LayerList> {
  // Unpacking opens directory by directory, so a layer may have paths that are too long behind the directory's own.
  const list = layer.unpacked
    ? tolerating(['ENAMETOOLONG'], () => listDirectory(layer.directory))
    : undefined;
  if (list) return list;
  return await listTar(tarOf(root, layer), nameOf(layer));
}

/** sha256 of a file's content. */
export function fileDigest(layer: ImageLayer, path: string, file: LayerFile): string {
  return file.digest ?? directoryDigest(layer.directory, path);
}

/** What `file`, from the list of `layer`, contains: a file's bytes, a symlink's target. @throws `bad-image` */
export async function* fileContent(
  root: string,
  layer: ImageLayer,
  path: string,
  file: LayerFile,
): AsyncGenerator<Uint8Array> {
  if (file.type === 'symlink') yield Buffer.from(file.target);
  else if (file.type !== 'file') throw withoutContent(path, file);
  else if (file.entry === undefined) yield* directoryContent(layer.directory, path);
  else yield* tarContent(tarOf(root, layer), file.entry, nameOf(layer));
}

const withoutContent = (path: string, { type }: LayerFile): TsstepError =>
  new TsstepError({
    code: 'usage',
    what: `${JSON.stringify(path)} is a ${type} there`,
    why: 'only files and symlinks have content',
    remedy: 'name a file',
  });
