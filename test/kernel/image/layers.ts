/** Layers unpacked and mounted for real, and looked at. */
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { LayerSource, ResolvedImage } from '../../../core/image/types.ts';
import { type Unpacked, unpackLayer } from '../../../core/image/unpack/unpack.ts';
import { layerOf, type Member, tarOf, temporaryRoot } from '../../unit/image/tars.ts';

let runs = 0;

export function unpack(root: string, layer: LayerSource): Promise<Unpacked> {
  const hex = layer.diffId.slice('sha256:'.length);
  return unpackLayer(root, {
    layer,
    to: join(root, 'layers', hex),
    partial: join(root, 'layers/partial', `run${runs++}`),
  });
}

/** Unpacks a layer with these entries. */
export async function unpacked(...members: readonly (Member | Uint8Array)[]): Promise<string> {
  const root = temporaryRoot();
  const layer = await layerOf(root, await tarOf(...members));
  await unpack(root, layer);
  return join(root, 'layers', layer.diffId.slice('sha256:'.length));
}

export const xattr = (path: string, name: string): Buffer =>
  execFileSync('python3', [
    '-c',
    'import os,sys; sys.stdout.buffer.write(os.getxattr(sys.argv[1], sys.argv[2], follow_symlinks=False))',
    path,
    name,
  ]);
export const isWhiteout = (path: string): boolean =>
  lstatSync(path).isCharacterDevice() && lstatSync(path).rdev === 0;
export const isOpaque = (path: string): boolean => xattr(path, 'trusted.overlay.opaque').toString() === 'y';
export const lacks = (tool: string): boolean =>
  !['/usr/bin', '/bin', '/usr/sbin'].some((folder) => existsSync(join(folder, tool)));

/** The image's layers, unpacked and mounted. */
export async function mounted(root: string, image: ResolvedImage): Promise<string> {
  for (const layer of image.layers) if (!layer.unpacked) await unpack(root, layer);
  for (const name of ['upper', 'work', 'merged']) mkdirSync(join(root, name));
  const lower = image.layers
    .map(({ link }) => `l/${link}`)
    .reverse()
    .join(':');
  const merged = join(root, 'merged');
  execFileSync(
    'mount',
    [
      '-t',
      'overlay',
      'overlay',
      '-o',
      `lowerdir=${lower},upperdir=${root}/upper,workdir=${root}/work`,
      merged,
    ],
    { cwd: join(root, 'layers') },
  );
  onTestFinished(() => void execFileSync('umount', [merged]));
  return merged;
}
