/** What is asked of a registry to get an image, each request an operation (OCI distribution-spec, "Pull"). */

import type { Descriptor } from '../image/schema.ts';
import type { Blob } from '../image/store/blobs.ts';
import type { Challenge, Endpoint } from './types.ts';

/** `optional`: another endpoint will be asked should this one fail. */
export type RegistryAction =
  /** GET /v2/: whether the registry speaks this protocol, and how it wants to be convinced. */
  | { kind: 'registry-ping'; endpoint: Endpoint; optional: boolean }
  /** Get the bearer token that the registry's challenge asks for. It never leaves this process. */
  | {
      kind: 'registry-token';
      endpoint: Endpoint;
      challenge: Challenge;
      repository: string;
      optional: boolean;
    }
  /** GET a manifest or an index by tag or digest, and store it. */
  | {
      kind: 'fetch-manifest';
      endpoint: Endpoint;
      repository: string;
      reference: string;
      platform?: string;
      optional: boolean;
    }
  /** GET the configuration: with it all is known that a run needs to know of an image, but for the layers' content. */
  | {
      kind: 'fetch-config';
      endpoint: Endpoint;
      repository: string;
      blob: Blob;
      reference: string;
      image: Descriptor;
      platform?: string;
      optional: boolean;
    }
  | { kind: 'fetch-layer'; endpoint: Endpoint; repository: string; blob: Blob; optional: boolean }
  /** Give the stored image its name: from here on it is found. */
  | { kind: 'record-image'; reference: string; image: Descriptor };
