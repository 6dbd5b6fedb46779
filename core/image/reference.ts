import { TsstepError } from '../errors.ts';
import { digestPattern } from './digest.ts';

/** An image's name taken apart; `docker.io`, `library/` and `latest` are filled in. */
export interface Reference {
  /** Registry host, with port where it has one: `docker.io`, `localhost:5000`. */
  host: string;
  /** Path within the registry: `library/nginx`. */
  path: string;
  /** Absent only where a digest says which image is meant. */
  tag?: string;
  /** Digest of the manifest: `sha256:…`. */
  digest?: string;
}

// The grammar of github.com/distribution/reference, which docker, podman and containerd share.
const hostComponent = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const hostPattern = new RegExp(
  `^(?:${hostComponent}(?:\\.${hostComponent})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`,
);
const pathPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagPattern = /^\w[\w.-]{0,127}$/;
const longestPath = 255;

/**
 * A name's parts as they stand there, right or wrong, nothing filled in: without a tag, docker speaks of a default one or takes the
 * name for all tags. A second `@` is part of the digest.
 */
export function splitReference(text: string): { name: string; tag?: string; digest?: string } {
  const at = text.indexOf('@');
  const named = at < 0 ? text : text.slice(0, at);
  const digest = at < 0 ? {} : { digest: text.slice(at + 1) };
  // A colon before the last slash belongs to the registry's port.
  const colon = named.lastIndexOf(':');
  if (colon <= named.lastIndexOf('/')) return { name: named, ...digest };
  return { name: named.slice(0, colon), tag: named.slice(colon + 1), ...digest };
}

/**
 * Parse `[host[:port]/]path[:tag][@digest]` as docker does: `nginx` is `docker.io/library/nginx:latest`.
 * @throws `bad-reference`
 */
export function parseReference(text: string): Reference {
  if (text === '') throw bad(text, 'it is empty');
  if (/^[0-9a-f]{64}$/.test(text)) throw bad(text, '64 hexadecimal digits are an image ID, not a name');

  const { name, tag, digest } = splitReference(text);
  if (digest?.includes('@')) throw bad(text, 'it has more than one "@"');
  if (digest !== undefined && !digestPattern.test(digest)) {
    throw bad(text, 'what follows "@" must be sha256: and 64 hexadecimal digits');
  }

  if (tag !== undefined && !tagPattern.test(tag)) {
    throw bad(
      text,
      'a tag has letters, digits, "_", "." and "-", at most 128 of them, and does not begin with "." or "-"',
    );
  }

  const { host, path } = splitHost(name);
  if (!hostPattern.test(host)) throw bad(text, `${JSON.stringify(host)} is not a registry host`);
  if (!pathPattern.test(path)) {
    throw bad(
      text,
      path === ''
        ? 'it has no image name'
        : /[A-Z]/.test(path)
          ? 'image names are lower case'
          : 'its name has characters or separators that image names do not have',
    );
  }
  if (path.length > longestPath) throw bad(text, `its name is longer than ${longestPath} characters`);

  return {
    host,
    path,
    ...(tag !== undefined ? { tag } : digest === undefined ? { tag: 'latest' } : {}),
    ...(digest !== undefined ? { digest } : {}),
  };
}

/** Whether it can only be an image's ID: a whole one, or one that says so, which may be its beginning. */
export const isImageId = (text: string): boolean => /^(sha256:[0-9a-f]+|[0-9a-f]{64})$/.test(text);

/** The whole name, nothing left out: `docker.io/library/nginx:1.27`. */
export function canonicalName({ host, path, tag, digest }: Reference): string {
  return `${host}/${path}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/** The whole name that a pull gives to an image. As docker: where there is a digest, the tag beside it is only a remark. */
export function pulledName({ host, path, tag = 'latest', digest }: Reference): string {
  return canonicalName({ host, path, ...(digest === undefined ? { tag } : { digest }) });
}

/** The whole name that somebody wants to give to an image. @throws `bad-reference`; `usage` for one with a digest */
export function nameToGive(text: string): string {
  const reference = parseReference(text);
  if (reference.digest === undefined) return canonicalName(reference);
  throw new TsstepError({
    code: 'usage',
    what: 'refusing to create a tag with a digest reference',
    why: `what ${text} means follows from its digest, and cannot be chosen`,
    remedy: `leave the digest out: ${text.replace(/@.*/s, '')}`,
  });
}

/** The name as docker prints it: `nginx:1.27`, `bitnami/redis:latest`, `ghcr.io/owner/image:tag`. */
export function familiarName(reference: Reference): string {
  const { tag, digest } = reference;
  return `${familiarRepository(reference)}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/** The name without tag and digest as docker prints it: `nginx`. */
export function familiarRepository({ host, path }: Reference): string {
  const full = `${host}/${path}`;
  if (host !== 'docker.io') return full;
  const short = /^library\/[^/]+$/.test(path) ? path.slice('library/'.length) : path;
  // `docker.io/foo.bar/x` shortened would name the registry foo.bar.
  const again = splitHost(short);
  return again.host === host && again.path === path && !/^[0-9a-f]{64}$/.test(short) ? short : full;
}

// The first component is a host if nothing else can look like it: a dot, a port, `localhost`, or capitals.
function splitHost(name: string): { host: string; path: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const hosted =
    slash >= 0 && (/[.:[]/.test(first) || first === 'localhost' || first !== first.toLowerCase());
  const host = !hosted || first === 'index.docker.io' ? 'docker.io' : first;
  const path = hosted ? name.slice(slash + 1) : name;
  return {
    host,
    path: host === 'docker.io' && path !== '' && !path.includes('/') ? `library/${path}` : path,
  };
}

function bad(text: string, why: string): TsstepError {
  return new TsstepError({
    code: 'bad-reference',
    what: `the image name ${JSON.stringify(text)} cannot be understood`,
    why,
    remedy: 'write it like `lab`, `nginx:1.27` or `ghcr.io/owner/image:tag`',
  });
}
