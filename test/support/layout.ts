/** Images as files, made by hand: what no tool would write can be written as well. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Member, tarOf } from '../unit/image/tars.ts';
import type { Sandbox } from './sandbox.ts';

const ownArchitecture = process.arch === 'x64' ? 'amd64' : process.arch;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A root filesystem with a shell and a few programs, and what a test adds. */
export const rootfs = (...more: readonly Member[]): readonly Member[] => [
  { name: 'bin/', type: 'directory' },
  { name: 'bin/busybox', content: readFileSync('/bin/busybox'), mode: 0o755 },
  ...['sh', 'cat', 'echo', 'env', 'sleep'].map(
    (name) => ({ name: `bin/${name}`, type: 'symlink', linkname: 'busybox' }) as const,
  ),
  ...more,
];

/** `tsstep import` of a tar with a `rootfs`; each change is a line of a Dockerfile. */
export async function importRootfs(
  sandbox: Sandbox,
  name: string,
  members: readonly Member[] = [],
  changes: readonly string[] = [],
): Promise<void> {
  const tar = join(sandbox.directory, `${name}.tar`);
  writeFileSync(tar, await tarOf(...rootfs(...members)));
  const flags = changes.flatMap((change) => ['-c', change]);
  const { code, stderr } = await sandbox.tsstep(['import', ...flags, tar, name]);
  if (code !== 0) throw new Error(`tsstep import: ${stderr}`);
}

interface Layer {
  blob: Uint8Array;
  /** Of the tar in it. */
  diffId: string;
}

/** A gzip layer with these entries. */
export async function layer(...members: readonly Member[]): Promise<Layer> {
  const tar = await tarOf(...members);
  return { blob: gzipSync(tar), diffId: `sha256:${sha256(tar)}` };
}

/** Writes an OCI layout with one image of these layers, called `name`. @returns the directory */
export function writeLayout(
  directory: string,
  name: string,
  layers: readonly Layer[],
  config = {},
  architecture = ownArchitecture,
): string {
  const blobs = join(directory, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const keep = (bytes: Uint8Array, mediaType: string) => {
    const hex = sha256(bytes);
    writeFileSync(join(blobs, hex), bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  };
  const json = (value: unknown, type: string) =>
    keep(Buffer.from(JSON.stringify(value)), `application/vnd.oci.image.${type}.v1+json`);
  const manifest = {
    schemaVersion: 2,
    config: json(
      {
        architecture,
        os: 'linux',
        config,
        rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
      },
      'config',
    ),
    layers: layers.map(({ blob }) => keep(blob, 'application/vnd.oci.image.layer.v1.tar+gzip')),
  };
  const annotations = { 'org.opencontainers.image.ref.name': name };
  const index = { schemaVersion: 2, manifests: [{ ...json(manifest, 'manifest'), annotations }] };
  writeFileSync(join(directory, 'index.json'), JSON.stringify(index));
  writeFileSync(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  return directory;
}

/** Where each blob of a layout is, by its position among the image's layers. */
export const blobPath = (directory: string, { blob }: Layer): string =>
  join(directory, 'blobs/sha256', sha256(blob));
