import { configType, manifestType } from '../media-types.ts';
import type { ImageConfig, LayerSource } from '../types.ts';
import { writeBlob } from './blobs.ts';
import { recordImage } from './layout.ts';

/** One line of `docker history` (image-spec, config.md, `history`). */
export interface HistoryEntry {
  created?: string;
  created_by: string;
  author?: string;
  comment?: string;
  /** It changed the configuration only, and has no layer. */
  empty_layer?: true;
}

export interface NewImage {
  /** ISO 8601. */
  created: string;
  author?: string;
  /** In Go's words: `amd64`. */
  architecture: string;
  variant?: string;
  config: ImageConfig;
  /** Lowest first; their blobs are in the store. */
  layers: readonly LayerSource[];
  history: readonly HistoryEntry[];
}

/**
 * Write configuration and manifest of an image whose layers are stored, and give it a canonical name.
 * @returns the image ID, the digest of its configuration
 */
export async function createImage(root: string, image: NewImage, name?: string): Promise<string> {
  const { created, author, architecture, variant, config, layers, history } = image;
  const configBlob = await writeJson(root, {
    created,
    ...(author === undefined ? {} : { author }),
    architecture,
    ...(variant === undefined ? {} : { variant }),
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history,
  });
  const manifest = await writeJson(root, {
    schemaVersion: 2,
    mediaType: manifestType,
    config: { mediaType: configType, ...configBlob },
    layers: layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
  });
  await recordImage(root, { mediaType: manifestType, ...manifest }, name);
  return configBlob.digest;
}

function writeJson(root: string, content: object): ReturnType<typeof writeBlob> {
  return writeBlob(root, [Buffer.from(JSON.stringify(content))]);
}
