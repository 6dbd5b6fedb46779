/** Names of documents and layers: OCI's, which tsstep writes (image-spec, media-types.md), and docker's, which it reads as well. */
import type { Compression } from './unpack/decompress.ts';

export const indexType = 'application/vnd.oci.image.index.v1+json';
export const manifestType = 'application/vnd.oci.image.manifest.v1+json';
export const configType = 'application/vnd.oci.image.config.v1+json';

export const indexTypes = [indexType, 'application/vnd.docker.distribution.manifest.list.v2+json'];
export const manifestTypes = [manifestType, 'application/vnd.docker.distribution.manifest.v2+json'];
export const configTypes = [configType, 'application/vnd.docker.container.image.v1+json'];

export const layerTypes: Readonly<Record<Compression, string>> = {
  none: 'application/vnd.oci.image.layer.v1.tar',
  gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  zstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
};
