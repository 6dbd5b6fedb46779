import type { Descriptor } from '../schema.ts';
import type { ArchiveFile } from './archive.ts';

/** Bytes of an archive whose digest has been checked, or that tsstep wrote itself. */
export type LoadedBlob = ArchiveFile | Buffer;

/** An image of an archive, verified, before anything of it is in the store. */
export interface LoadedImage {
  /** Of its manifest, or of its index where it is for several platforms. */
  descriptor: Descriptor;
  /** Digest of its configuration. */
  id: string;
  /** Canonical. */
  names: readonly string[];
  /** By digest: all that the descriptor leads to. */
  blobs: ReadonlyMap<string, LoadedBlob>;
}
