/** The kinds that ask a registry. What comes is in the store before anything is made of it. */
import { TsstepError } from '../errors.ts';
import { badImage } from '../image/broken.ts';
import { choose, isIndex, parseManifest, platformsOf, readManifests } from '../image/manifest.ts';
import { localPlatform, parsePlatform } from '../image/platform.ts';
import {
  canonicalName,
  familiarName,
  isImageId,
  parseReference,
  pulledName,
  type Reference,
} from '../image/reference.ts';
import type { Platform } from '../image/schema.ts';
import { largestJson, writeBlob } from '../image/store/blobs.ts';
import { readIndex, recordImage } from '../image/store/layout.ts';
import { similarTo } from '../image/store/names.ts';
import { builtinName, findImage, imageAt, resolveImage } from '../image/store/resolve.ts';
import type { Answer, ImageLookup, Known, NoAnswer, PullSource } from '../known.ts';
import type { OperationOf } from '../operation.ts';
import type { RegistryAction } from '../registry/actions.ts';
import { endpointsFor } from '../registry/settings.ts';
import type { Endpoint, RegistrySettings } from '../registry/types.ts';
import type { PerformContext } from './host.ts';

type Performer<K extends RegistryAction['kind']> = (
  action: OperationOf<K>,
  context: PerformContext,
) => Promise<Answer | NoAnswer | undefined>;

export const registryPerformers: { [K in RegistryAction['kind']]: Performer<K> } = {
  'registry-ping': async ({ endpoint, optional }, { state, known }) =>
    await orNext(
      { endpoint, optional },
      known,
      async () => await state.registries.ask(endpoint, async (registry) => await registry.ping()),
    ),
  'registry-token': async ({ endpoint, repository, optional }, { state, known }) =>
    await orNext(
      { endpoint, optional },
      known,
      async () =>
        await state.registries.ask(
          endpoint,
          async (registry) => await registry.authorize(repository, 'pull'),
        ),
    ),
  'fetch-manifest': async (action, context) =>
    await orNext(action, context.known, async () => await fetchManifest(action, context)),
  'fetch-config': async (action, context) =>
    await orNext(action, context.known, async () => await fetchConfig(action, context)),
  'fetch-layer': async (action, { state, known, progress }) =>
    await orNext(action, known, async () => await state.registries.layer(action, progress)),
  'record-image': async ({ reference, image }, { known }) => {
    await recordImage(known.host.root, image, reference);
    return undefined;
  },
};

const platformOf = ({ platform }: { platform?: string }): Platform | undefined =>
  platform === undefined ? undefined : parsePlatform(platform);

async function fetchManifest(
  action: OperationOf<'fetch-manifest'>,
  { state, known }: PerformContext,
): Promise<Answer> {
  const { endpoint, repository, reference } = action;
  const { root } = known.host;
  const { bytes, descriptor, ...exchange } = await state.registries.ask(
    endpoint,
    async (registry) => await registry.manifest(repository, reference),
  );
  const what = `the image ${repository}`;
  if (!isIndex(descriptor)) {
    const { config } = parseManifest(bytes, descriptor, what);
    await writeBlob(root, [bytes], descriptor);
    return { ...exchange, descriptor, config };
  }
  const index = await readManifests(async () => await Promise.resolve(bytes), descriptor, what);
  const chosen = choose(index, what, platformOf(action) ?? localPlatform());
  await writeBlob(root, [bytes], descriptor);
  return { ...exchange, descriptor, platforms: platformsOf(index.manifests), chosen };
}

async function fetchConfig(
  action: OperationOf<'fetch-config'>,
  { known, state }: PerformContext,
): Promise<Answer> {
  const { digest, size } = action.blob;
  if (size > largestJson)
    throw badImage(`the configuration ${digest}`, `${size} bytes are too many for JSON`);
  const answer = await state.registries.download(action);
  const name = familiarName(parseReference(action.reference));
  const platform = platformOf(action);
  const image = await imageAt(known.host.root, action.image, name, platform, { complete: false });
  return { ...answer, image };
}

/** An endpoint that is not the last may fail; what it said is told where the last one fails too. */
async function orNext(
  { endpoint, optional }: { endpoint: Endpoint; optional: boolean },
  known: Known,
  ask: () => Promise<Answer>,
): Promise<Answer | NoAnswer> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof TsstepError)) throw error;
    if (optional) return { failed: `${endpoint.url}: ${error.message}`, mirror: endpoint.mirror };
    throw withHints(error, endpoint, known);
  }
}

function withHints(
  { failure }: TsstepError,
  { registry }: Endpoint,
  { answers = {}, lookup, host }: Known,
): TsstepError {
  const source = lookup && 'from' in lookup ? lookup.from : undefined;
  if (!source) return new TsstepError(failure);
  const name = familiarName(parseReference(source.name));
  // Once plain HTTP has answered, nobody wants to hear that HTTPS did not.
  const before = Object.values(answers).flatMap((answer) =>
    'failed' in answer && (answer.mirror || failure.code === 'registry') ? [answer.failed] : [],
  );
  // docker.io says the same of what does not exist as of what is somebody else's.
  const misspelt =
    failure.code === 'no-such-image' ||
    (registry === 'docker.io' && ['registry', 'unauthorized'].includes(failure.code));
  return new TsstepError({
    ...failure,
    what: failure.what.includes(source.repository) ? failure.what : `cannot get ${name}: ${failure.what}`,
    why: [failure.why, ...before.map((why) => `before that, ${why}`)].join('; '),
    remedy: `${misspelt ? similarTo(name, readIndex(host.root)) : ''}${failure.remedy}`,
  });
}

/**
 * What an image's name means: in the store, or where a registry has to be asked.
 * @throws `bad-reference`, `bad-image`; `no-such-image` where no registry may be asked
 */
export async function lookUp(
  root: string,
  { reference, platform, pull }: OperationOf<'resolve-image'>,
  settings: () => RegistrySettings,
): Promise<ImageLookup> {
  const wanted = platformOf(platform === undefined ? {} : { platform });
  if (pull === 'never') return await resolveImage(root, reference, wanted);
  // Whatever the store has, even broken, a name is asked for again; an ID or the built-in image is in no registry.
  if (pull === 'always' && !isImageId(reference) && canonicalName(parseReference(reference)) !== builtinName)
    return { absent: 'registry', from: sourceOf(parseReference(reference), settings()) };
  const found = await findImage(root, reference, wanted);
  if ('found' in found) return found;
  if (found.absent === 'builtin') return { absent: found.absent };
  return { absent: 'registry', from: sourceOf(found.absent, settings()) };
}

function sourceOf(reference: Reference, settings: RegistrySettings): PullSource {
  const { host, path, tag = 'latest', digest } = reference;
  return {
    name: pulledName(reference),
    repository: path,
    reference: digest ?? tag,
    endpoints: endpointsFor(host, settings),
  };
}
