/** What the names in index.json mean, and what is said of a name or an ID that is not there. */
import { TsstepError } from '../../errors.ts';
import { hexOf } from '../digest.ts';
import { canonicalName, familiarName, parseReference, type Reference } from '../reference.ts';
import type { Descriptor } from '../schema.ts';
import { storedName } from './layout.ts';
import { didYouMean } from './similar.ts';

/** The name of a stored image taken apart; undefined: it has none, or another tool has written what is no name here. */
export function storedReference(descriptor: Descriptor): Reference | undefined {
  try {
    return parseReference(storedName(descriptor) ?? '');
  } catch {
    return undefined;
  }
}

/** An image's name as docker prints it; its manifest's digest where it has none. */
export function displayName(descriptor: Descriptor): string {
  const reference = storedReference(descriptor);
  return reference ? familiarName(reference) : (storedName(descriptor) ?? descriptor.digest);
}

/** The entry of index.json that a name means. */
export function findByName(stored: readonly Descriptor[], reference: Reference): Descriptor | undefined {
  const { host, path, digest } = reference;
  if (digest === undefined) return stored.find((one) => storedName(one) === canonicalName(reference));
  const repository = `${host}/${path}`;
  // As docker: a digest says which image is meant, a tag beside it is a remark.
  return stored.find(
    (one) => one.digest === digest && storedName(one)?.replace(/[:@][^/]*$/, '') === repository,
  );
}

/** `did you mean …?` for a name that is almost one of the store's; else nothing. */
export function similarTo(name: string, stored: readonly Descriptor[]): string {
  const names = [...stored.filter((one) => storedName(one) !== undefined).map(displayName), 'lab:latest'];
  return didYouMean(
    name,
    [...new Set(names)].filter((one) => one !== name),
  );
}

/** With the names that are similar. */
export function noSuchImage(name: string, stored: readonly Descriptor[]): TsstepError {
  if (isBuiltin(name)) return notMade(name);
  const hint = similarTo(name, stored);
  return new TsstepError({
    code: 'no-such-image',
    what: `there is no image ${name} on this machine`,
    why: 'the store does not have it, and no registry is asked here',
    remedy:
      `${hint}${hint ? 'Otherwise get' : 'get'} it from a registry with \`tsstep pull\`, from a file that \`docker save\` or \`skopeo copy\` ` +
      'made with `tsstep load -i FILE`, make one of a root filesystem with `tsstep import FILE NAME`, or use the built-in image `lab`',
  });
}

const isBuiltin = (name: string): boolean => /^lab(:latest)?$/.test(name);

/** For whoever only looks: that must not make anything, not even the image that `run` would make. */
export function notMade(name: string): TsstepError {
  return new TsstepError({
    code: 'no-such-image',
    what: `the built-in image ${name} is not made yet`,
    why: 'it is made of this machine’s busybox when a container first needs it',
    remedy: `tsstep run --rm ${name} true`,
  });
}

/** An ID that was shortened too far. */
export function ambiguousId(text: string, ids: readonly string[]): TsstepError {
  return new TsstepError({
    code: 'no-such-image',
    what: `no single image has the ID ${text}`,
    why: `${ids.length} images begin with it: ${ids.map((id) => hexOf(id).slice(0, 12)).join(', ')}`,
    remedy: 'write more digits of the ID, or a name; `tsstep images` lists them',
  });
}
