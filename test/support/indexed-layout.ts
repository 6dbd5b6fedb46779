import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  mediaType: string;
  digest: string;
  size: number;
}

/** Layouts with one image each as one layout with an index of platforms, called `name`. @returns the directory */
export function writeIndexedLayout(
  directory: string,
  name: string,
  images: Readonly<Record<string, string>>,
): string {
  const blobs = join(directory, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const manifests = Object.entries(images).map(([architecture, layout]) => {
    cpSync(join(layout, 'blobs'), join(directory, 'blobs'), { recursive: true });
    const [{ mediaType, digest, size }] = (
      JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as { manifests: [Manifest] }
    ).manifests;
    return { mediaType, digest, size, platform: { os: 'linux', architecture } };
  });
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const index = JSON.stringify({ schemaVersion: 2, mediaType, manifests });
  const hex = createHash('sha256').update(index).digest('hex');
  writeFileSync(join(blobs, hex), index);
  const annotations = { 'org.opencontainers.image.ref.name': name };
  const descriptor = { mediaType, digest: `sha256:${hex}`, size: index.length, annotations };
  writeFileSync(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [descriptor] }));
  writeFileSync(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  return directory;
}
