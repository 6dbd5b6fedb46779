/** Images as the store would have them, without a store. */
import { indexEntry } from '../../../core/image/store/layout.ts';
import type { StoredImage } from '../../../core/image/store/stored.ts';

/** 64 digits that begin with these. */
export const digest = (digits: string): string => `sha256:${digits.padEnd(64, '0')}`;

interface Content {
  created?: string;
  labels?: Record<string, string>;
  diffIds?: string[];
}

/** @param names canonical; none: docker's dangling image */
export function imageOf(digits: string, names: readonly string[], content: Content = {}): StoredImage {
  const { created, labels = {}, diffIds = [] } = content;
  const descriptor = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: digest(`${digits}f`),
    size: 1,
  };
  const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digest(digits), size: 1 };
  return {
    id: digest(digits),
    entries: names.length === 0 ? [descriptor] : names.map((name) => indexEntry(descriptor, name)),
    documents: {
      descriptor,
      manifest: { schemaVersion: 2, config, layers: [] },
      config: { created, config: { Labels: labels }, rootfs: { type: 'layers', diff_ids: diffIds } },
    },
  };
}
