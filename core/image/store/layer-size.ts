/** Docker's size of a layer: the bytes of its files. Nothing says it beforehand: a manifest has the compressed blob's. */
import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { treeBytes } from '../../host/tree-bytes.ts';
import { tolerating } from '../../kernel/errno.ts';
import { layers, shortLayer } from '../../paths.ts';
import { hexOf } from '../digest.ts';
import type { StoredImage } from './stored.ts';
import { temporaryPath } from './temporary.ts';

/** Where a layer's size is noted down. It cannot become wrong: the layer is named by what it holds. */
export const layerSizeFile = (root: string, hex: string): string => join(layers(root), 'sizes', hex);

/** Bytes of the files of an unpacked layer, counted once; of the blob, as a registry counts, while it is not unpacked. */
function layerSize(root: string, diffId: string, blobSize: number): number {
  const hex = hexOf(diffId);
  const directory = join(layers(root), hex);
  const before = inodeOf(directory);
  if (before === undefined) return blobSize;
  const note = layerSizeFile(root, hex);
  const noted = tolerating(['ENOENT', 'EACCES'], () => readFileSync(note, 'utf8'));
  if (noted !== undefined && /^\d+$/.test(noted)) return Number(noted);
  const bytes = treeBytes(directory);
  // Somebody who removed it meanwhile took its link away first.
  if (inodeOf(directory) === before)
    tolerating(['ENOENT', 'EACCES', 'EROFS', 'ENOSPC'], () => writeNote(root, note, bytes));
  return bytes;
}

/** Of the directory of a layer that is unpacked. */
function inodeOf(directory: string): number | undefined {
  if (!existsSync(shortLayer(directory))) return undefined;
  return tolerating(['ENOENT'], () => lstatSync(directory).ino);
}

function writeNote(root: string, note: string, bytes: number): void {
  mkdirSync(dirname(note), { recursive: true });
  const path = temporaryPath(root);
  writeFileSync(path, String(bytes), { mode: 0o600 });
  renameSync(path, note);
}

/** The size of each layer of an image, lowest first. */
export function layerSizes(root: string, { documents }: StoredImage): { diffId: string; bytes: number }[] {
  const diffIds = documents?.config.rootfs.diff_ids ?? [];
  return (documents?.manifest.layers ?? []).map(({ size }, index) => {
    const diffId = diffIds[index] ?? '';
    return { diffId, bytes: layerSize(root, diffId, size) };
  });
}

/** SIZE of `tsstep images`. */
export const imageSize = (root: string, image: StoredImage): number =>
  layerSizes(root, image).reduce((sum, { bytes }) => sum + bytes, 0);
