import type { Blob } from '../../core/image/store/blobs.ts';
import type { Challenge, Endpoint } from '../../core/registry/types.ts';

/** Where a token for reading a repository is asked for (distribution, "Token Authentication Specification"). */
export function tokenUrl({ realm = '', service }: Challenge, repository: string): string {
  const query = [
    ...(service === undefined ? [] : [`service=${service}`]),
    `scope=repository:${repository}:pull`,
  ];
  return `${realm}?${query.join('&')}`;
}

/** Content is asked for by digest (distribution-spec, "Pulling blobs"). */
export function blobUrl({
  endpoint,
  repository,
  blob,
}: {
  endpoint: Endpoint;
  repository: string;
  blob: Blob;
}): string {
  return `${endpoint.url}/v2/${repository}/blobs/${blob.digest}`;
}
