/** What is said about talking to a registry (OCI distribution-spec): plain data, so that operations and events can carry it. */

/** Where the images of a registry can be asked for. */
export interface Endpoint {
  /** Host of the reference: `docker.io`, `localhost:5000`. Credentials are filed under it. */
  registry: string;
  /** Scheme and authority, no path and no slash at the end: `https://registry-1.docker.io`. */
  url: string;
  /** A mirror (pull-through cache) of `registry`, which may lack the image or be down: the next endpoint is asked then. Its login is its own. */
  mirror: boolean;
}

/** Settings of /etc/tsstep/config.json, the environment and the flags, merged. */
export interface RegistrySettings {
  /** Base URLs that are asked before docker.io, in order. */
  mirrors: readonly string[];
  /** Hosts (`host:port`) and networks (CIDR) where plain HTTP or an unverified certificate is accepted. Loopback always is. */
  insecure: readonly string[];
}

/** One request and its answer as it happened, without secrets: what a student sees of it. */
export interface Exchange {
  method: string;
  /** Without query parameters that a storage signs, which are as good as a password. */
  url: string;
  /** HTTP status of the last answer; 0: nothing had to be asked. */
  status: number;
  /** Bytes of the body. */
  size?: number;
  /** Of the body: `sha256:…`. */
  digest?: string;
  mediaType?: string;
  /** Where answers redirected to, in order; the token was not sent along to another host. */
  redirects?: readonly string[];
  /** Why it was asked more than once: `429 Too Many Requests, waited 2 s`. */
  retries?: readonly string[];
}

/** How a registry wants to be convinced (RFC 7235 WWW-Authenticate). */
export interface Challenge {
  scheme: 'basic' | 'bearer';
  /** Where tokens are handed out: bearer only. */
  realm?: string;
  service?: string;
}
