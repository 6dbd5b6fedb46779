/** What is inside an image, layer by layer. Layers are counted from 1, the lowest. */
import type { ImageLayer } from '../types.ts';

/** What a layer has at a path. Names that are hard links of one file share one record, so its bytes count once. */
export interface LayerFile {
  type: 'file' | 'directory' | 'symlink' | 'fifo' | 'character-device' | 'block-device';
  /** Permissions with setuid, setgid and sticky bit. */
  mode: number;
  uid: number;
  gid: number;
  /** Bytes of a file's content, 0 for all else. */
  size: number;
  /** A symlink's text, or a device's numbers: `1, 3`. */
  target: string;
  /** Of the content, where it has been read. */
  digest?: string;
  /** The entry of the layer's tar that has the content, counted from 0. */
  entry?: number;
}

/** What a layer says, without the layers below. Paths are relative, without `.` and `..`; the root itself is left out. */
export interface LayerList {
  files: ReadonlyMap<string, LayerFile>;
  /** Paths of lower layers that it hides. */
  removed: ReadonlySet<string>;
  /** Directories of which it hides everything that lower layers have in them; '' is the root. */
  opaque: ReadonlySet<string>;
}

/** One path that a layer changes in what the layers below it show. */
export interface FileChange {
  path: string;
  kind: 'added' | 'changed' | 'removed';
  /** What the layer has there; for what it removes, what it hides. */
  file: LayerFile;
  /** What it changes or removes, and the layer that this is in. */
  below?: { layer: number; file: LayerFile };
  /** The content is the one below: a chmod, a chown or a touch has copied the whole file. */
  sameContent?: true;
  /** The layer above that replaces or removes it. */
  hiddenBy?: number;
}

/** Bytes that an image still carries, though no container sees them. */
export interface Waste {
  path: string;
  bytes: number;
  layer: number;
  hiddenBy: number;
  /** `copied`: the layer above has the same content once more, as after a chmod or chown. */
  how: 'removed' | 'replaced' | 'copied';
}

export interface Count {
  /** Everything that is no directory. */
  files: number;
  directories: number;
}

/** What one layer does to those below it. */
export interface LayerChanges {
  /** Sorted by path. */
  changes: readonly FileChange[];
  counts: Readonly<Record<FileChange['kind'], Count>>;
  /** Bytes of its files' content. */
  bytes: number;
  /** Those of them that layers above hide. */
  wasted: number;
  opaque: readonly string[];
}

export interface LayerUsers {
  /** Names of other images, an ID where there is none. */
  images: readonly string[];
  containers: readonly string[];
}

export interface LayerInside extends LayerChanges {
  number: number;
  layer: ImageLayer;
  /** As in a Dockerfile; undefined: the image does not say. */
  instruction?: string;
  /** ISO 8601 */
  created?: string;
  users: LayerUsers;
  /** The same layer lies above as this number. overlayfs takes a directory once, so this one shows nothing. */
  repeatedAs?: number;
}

/** A step of the build that changed the configuration only. */
export interface Setting {
  instruction: string;
  /** How many layers lie below it. */
  above: number;
}

export interface ImageInside {
  name: string;
  /** Digest of the configuration. */
  id: string;
  /** Lowest first. */
  layers: readonly LayerInside[];
  settings: readonly Setting[];
  /** Most bytes first. */
  waste: readonly Waste[];
  /** What a container sees at a path. */
  seen(path: string): { layer: number; file: LayerFile } | undefined;
}
