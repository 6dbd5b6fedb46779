import { digestPattern } from '../image/digest.ts';
import { localArchitecture, parsePlatform } from '../image/platform.ts';
import type { Descriptor } from '../image/schema.ts';
import type { ResolvedImage } from '../image/types.ts';
import type { Answer, Known, NoAnswer, PullSource } from '../known.ts';
import type { Operation } from '../operation.ts';
import type { Endpoint } from '../registry/types.ts';
import type { Spec } from '../spec/types.ts';
import { unpack } from './unpack.ts';

interface Asking {
  source: PullSource;
  endpoint: Endpoint;
  /** There is no other endpoint to ask when this one fails. */
  last: boolean;
  /** Behind the names of what a second endpoint is asked: `-2`. */
  suffix: string;
  spec: Spec;
  known: Known;
}

/** Which of the layers come next depends on the documents before them, so a plan grows with every answer. */
export function pull(source: PullSource, spec: Spec, known: Known): Operation[] {
  const operations: Operation[] = [];
  for (const [index, endpoint] of source.endpoints.entries()) {
    const suffix = index === 0 ? '' : `-${index + 1}`;
    const last = index === source.endpoints.length - 1;
    const asked = ask({ source, endpoint, last, suffix, spec, known });
    operations.push(...asked.operations);
    if (!asked.failed) break;
  }
  return operations;
}

function ask(asking: Asking): { operations: Operation[]; failed: boolean } {
  const operations: Operation[] = [];
  for (const next of [ping, token, manifest, platform]) {
    const operation = next(asking);
    if (!operation) continue;
    operations.push(operation);
    const answer = asking.known.answers?.[operation.name];
    if (!answer || 'failed' in answer) return { operations, failed: answer !== undefined };
  }
  const rest = content(asking);
  const failed = rest.findIndex(({ name }) => 'failed' in (asking.known.answers?.[name] ?? {}));
  if (failed < 0) return { operations: [...operations, ...rest], failed: false };
  return { operations: [...operations, ...rest.slice(0, failed + 1)], failed: true };
}

/** A mirror may lack what the registry itself has; but what a registry that has answered says is final. */
const mayFail = ({ endpoint, last }: Asking): boolean => endpoint.mirror && !last;

/** The answer to the request of that name, if there is one already. */
function answerTo(name: string, { known, suffix }: Pick<Asking, 'known' | 'suffix'>): Answer | undefined {
  const answer: Answer | NoAnswer | undefined = known.answers?.[`${name}${suffix}`];
  return answer && !('failed' in answer) ? answer : undefined;
}

function ping({ endpoint, last, suffix }: Asking): Operation {
  return {
    kind: 'registry-ping',
    where: 'host',
    name: `ping${suffix}`,
    endpoint,
    optional: !last,
    why: endpoint.mirror
      ? 'Ask the mirror whether it speaks the registry protocol, and what it wants to know about us.'
      : 'Ask the registry whether it speaks this protocol. A 401 is no failure: it says where to get a token.',
    undo: 'nothing',
    saves: `answers.ping${suffix}`,
  };
}

function token(asking: Asking): Operation | undefined {
  const { source, endpoint, suffix } = asking;
  const challenge = answerTo('ping', asking)?.challenge;
  if (challenge?.scheme !== 'bearer') return undefined;
  return {
    kind: 'registry-token',
    where: 'host',
    name: `token${suffix}`,
    endpoint,
    challenge,
    repository: source.repository,
    optional: mayFail(asking),
    why: 'Get a token that allows reading this repository for a few minutes. Public images give one to anybody.',
    undo: 'nothing',
    saves: `answers.token${suffix}`,
  };
}

function manifest(asking: Asking): Operation {
  const { source, endpoint, suffix, spec } = asking;
  const byDigest = digestPattern.test(source.reference);
  return {
    kind: 'fetch-manifest',
    where: 'host',
    name: `manifest${suffix}`,
    endpoint,
    repository: source.repository,
    reference: source.reference,
    ...(spec.platform === undefined ? {} : { platform: spec.platform }),
    optional: mayFail(asking),
    why: byDigest
      ? 'Get the document with that digest: whatever the registry sends, only these bytes are accepted.'
      : 'Turn the tag, which can point elsewhere tomorrow, into a digest, which cannot. Often it is an index of platforms.',
    undo: 'nothing',
    saves: `answers.manifest${suffix}`,
  };
}

function platform(asking: Asking): Operation | undefined {
  const { source, endpoint, suffix } = asking;
  const chosen = answerTo('manifest', asking)?.chosen;
  if (!chosen) return undefined;
  return {
    kind: 'fetch-manifest',
    where: 'host',
    name: `platform${suffix}`,
    endpoint,
    repository: source.repository,
    reference: chosen.digest,
    optional: mayFail(asking),
    why: 'The index names one manifest for each platform. Get the one for this machine: it lists the configuration and the layers.',
    undo: 'nothing',
    saves: `answers.platform${suffix}`,
  };
}

function content(asking: Asking): Operation[] {
  const { source, endpoint, suffix, spec } = asking;
  const top = answerTo('manifest', asking)?.descriptor;
  const config = (answerTo('platform', asking) ?? answerTo('manifest', asking))?.config;
  if (!top || !config) return [];
  const image = forElsewhere(spec) ? (answerTo('platform', asking)?.descriptor ?? top) : top;
  const fetchConfig: Operation = {
    kind: 'fetch-config',
    where: 'host',
    name: `config${suffix}`,
    endpoint,
    repository: source.repository,
    blob: { digest: config.digest, size: config.size },
    reference: source.name,
    image,
    optional: mayFail(asking),
    ...(spec.platform === undefined ? {} : { platform: spec.platform }),
    why: 'Get the configuration: command, environment, and the digest of each layer once it is uncompressed. Its own digest is the image’s ID.',
    undo: 'nothing',
    saves: `answers.config${suffix}`,
  };
  const known = answerTo('config', asking)?.image;
  if (!known) return [fetchConfig];
  return [fetchConfig, ...layers(known, asking), record(image, asking)];
}

/** Then the name means that platform's image and not the index, whose image for this machine is not here: as docker does. */
const forElsewhere = ({ platform }: Spec): boolean =>
  platform !== undefined && parsePlatform(platform)?.architecture !== localArchitecture();

/** Each is unpacked as soon as it is there, while the next ones are still on their way. */
function layers(image: ResolvedImage, asking: Asking): Operation[] {
  const { source, endpoint, suffix, known } = asking;
  return image.layers.flatMap((layer, index): Operation[] => {
    const name = `layer-${index + 1}${suffix}`;
    const fetch: Operation = {
      kind: 'fetch-layer',
      where: 'host',
      name,
      endpoint,
      repository: source.repository,
      blob: { digest: layer.digest, size: layer.size },
      optional: mayFail(asking),
      why: `Get layer ${index + 1} of ${image.layers.length}. It is hashed while it arrives, and kept only if the digest is right.`,
      undo: 'nothing',
      saves: `answers.${name}`,
    };
    return [...(layer.stored ? [] : [fetch]), ...unpack(image, index, known)];
  });
}

function record(image: Descriptor, { source, suffix }: Asking): Operation {
  return {
    kind: 'record-image',
    where: 'host',
    name: `record${suffix}`,
    reference: source.name,
    image,
    why: 'All of it is here and verified. Only now it gets its name, so a pull that was interrupted leaves no image behind.',
    undo: 'nothing',
  };
}
