/** What an image is once it has been found. Terms of the OCI image specification (image-spec, config.md and layer.md). */

/** One layer: a compressed blob in the store and the directory it is unpacked to. */
export interface LayerSource {
  /** Digest of the blob as stored: `sha256:…`. */
  digest: string;
  /** `application/vnd.oci.image.layer.v1.tar+gzip` and its docker and zstd relatives. */
  mediaType: string;
  /** Bytes of the blob. */
  size: number;
  /** Digest of the uncompressed tar, from the config's `rootfs.diff_ids`. */
  diffId: string;
}

export interface ImageLayer extends LayerSource {
  /** Where the layer is unpacked, shared by every image that has it. */
  directory: string;
  /** Two or three characters relative to the layers' short-link directory: many of them fit in one page of mount options. */
  link: string;
  /** Whether its blob was in the store when the image was resolved. */
  stored: boolean;
  /** Whether it was unpacked when the image was resolved. */
  unpacked: boolean;
}

/** Docker's own: the OCI specification has none. Durations in nanoseconds. */
export interface ImageHealthcheck {
  Test?: readonly string[];
  Interval?: number;
  Timeout?: number;
  StartPeriod?: number;
  Retries?: number;
}

/** The `config` object of an OCI image configuration, as far as a runtime uses it. */
export interface ImageConfig {
  User?: string;
  Env?: readonly string[];
  Entrypoint?: readonly string[];
  Cmd?: readonly string[];
  WorkingDir?: string;
  Volumes?: Readonly<Record<string, object>>;
  ExposedPorts?: Readonly<Record<string, object>>;
  Labels?: Readonly<Record<string, string>>;
  StopSignal?: string;
  Healthcheck?: ImageHealthcheck;
}

export interface ResolvedImage {
  /** As docker writes it: `lab:latest`, `nginx:1.27`. */
  name: string;
  /** Digest of the image's configuration: docker's image ID. */
  id: string;
  /** Digest of the manifest. */
  digest: string;
  config: ImageConfig;
  /** Lowest first. */
  layers: readonly ImageLayer[];
}

/** Told how many bytes of how many are done. */
export type Progress = (done: number, total: number) => void;
