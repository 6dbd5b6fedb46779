import { TsstepError } from '../../../core/errors.ts';
import {
  canonicalName,
  familiarName,
  parseReference,
  type Reference,
  splitReference,
} from '../../../core/image/reference.ts';
import type { Descriptor } from '../../../core/image/schema.ts';
import { holding } from '../../../core/image/store/hold.ts';
import { readIndex, storedName } from '../../../core/image/store/layout.ts';
import { Registry } from '../../../core/registry/client.ts';
import { inReach } from '../../../core/registry/in-reach.ts';
import { type PushListener, pushImage } from '../../../core/registry/push.ts';
import { endpointsFor, readSettings } from '../../../core/registry/settings.ts';
import { makeStateDirectory } from '../../../core/store/state-directory.ts';
import { shortId } from '../format/text.ts';
import { openStateAsRoot } from '../state.ts';

export interface PushFlags {
  quiet?: boolean;
  allTags?: boolean;
  insecureRegistry?: readonly string[];
}

/** An image that is to be pushed, and under which tag. */
interface Tagged {
  tag: string;
  name: string;
  descriptor: Descriptor;
}

/** `tsstep push`: docker's lines. @throws TsstepError bad-reference, usage, no-such-image, registry, unauthorized, rate-limited */
export async function push(name: string, flags: PushFlags): Promise<number> {
  const { root } = openStateAsRoot('push');
  const reference = parseReference(name);
  const named = splitReference(name).tag !== undefined;
  if (reference.digest !== undefined)
    throw wrong(name, 'a digest says what an image is, and a registry finds that out');
  if (flags.allTags && named) throw wrong(name, 'all tags were asked for (-a), and one');
  makeStateDirectory(root);
  // Whoever removes the image meanwhile takes its name, and not what is on its way.
  await holding(root, () => pushAll(root, reference, named, flags));
  return 0;
}

async function pushAll(root: string, reference: Reference, named: boolean, flags: PushFlags): Promise<void> {
  const say = (line: string): void => void (flags.quiet || process.stdout.write(`${line}\n`));
  const images = flags.allTags ? tagsOf(root, reference) : [oneOf(root, reference)];
  if (!named && !flags.allTags) say('Using default tag: latest');
  say(`The push refers to repository [${reference.host}/${reference.path}]`);
  const registry = await reach(reference, flags.insecureRegistry ?? []);
  try {
    for (const { tag, name: each, descriptor } of images) {
      const target = { registry, repository: reference.path, tag };
      const { digest, size } = await pushImage(
        root,
        descriptor,
        `the image ${each}`,
        target,
        layerLines(say),
      );
      say(`${tag}: digest: ${digest} size: ${size}`);
      if (flags.quiet) process.stdout.write(`${each}\n`);
    }
  } finally {
    registry.close();
  }
}

/** The registry itself: a mirror takes no pushes. */
async function reach({ host, path }: Reference, insecure: readonly string[]): Promise<Registry> {
  const settings = { ...readSettings(process.env, insecure), mirrors: [] };
  return await inReach(endpointsFor(host, settings), async (endpoint) => {
    const registry = new Registry(endpoint, { env: process.env, settings });
    try {
      const { challenge } = await registry.ping();
      if (challenge?.scheme === 'bearer') await registry.authorize(path, 'pull,push');
      return registry;
    } catch (error) {
      registry.close();
      throw error;
    }
  });
}

function layerLines(say: (line: string) => void): PushListener {
  // docker names the uppermost first.
  return {
    layers: (diffIds) => {
      for (const diffId of diffIds.toReversed()) say(`${shortId(diffId)}: Preparing`);
    },
    layer: (diffId, how) => say(`${shortId(diffId)}: ${how}`),
  };
}

function tagsOf(root: string, { host, path }: Reference): Tagged[] {
  const prefix = `${host}/${path}:`;
  const found = readIndex(root).flatMap((descriptor) => {
    const stored = storedName(descriptor);
    if (!stored?.startsWith(prefix)) return [];
    return [{ tag: stored.slice(prefix.length), name: familiarName(parseReference(stored)), descriptor }];
  });
  if (found.length > 0) return found;
  throw noSuchImage(`no image of the repository ${host}/${path} is on this machine`);
}

function oneOf(root: string, reference: Reference): Tagged {
  const stored = canonicalName(reference);
  const descriptor = readIndex(root).find((one) => storedName(one) === stored);
  const name = familiarName(reference);
  if (!descriptor) throw noSuchImage(`an image does not exist on this machine with the tag: ${name}`);
  return { tag: reference.tag ?? 'latest', name, descriptor };
}

function noSuchImage(what: string): TsstepError {
  return new TsstepError({
    code: 'no-such-image',
    what,
    why: 'an image is pushed to the registry that its name begins with',
    remedy: '`tsstep images` lists what is here; `tsstep load` and `tsstep import` give a name',
  });
}

function wrong(name: string, why: string): TsstepError {
  return new TsstepError({
    code: 'usage',
    what: `tsstep push does not know what ${name} is to be called`,
    why,
    remedy: 'write `tsstep push HOST/NAME:TAG`, or `tsstep push -a HOST/NAME`',
  });
}
