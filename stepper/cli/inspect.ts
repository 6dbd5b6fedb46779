/** `tsstep inspect`: what is known about containers and images, in the words and the shape of docker's. */
import { failureOf, TsstepError } from '../../core/errors.ts';
import { findAmong, storedImages } from '../../core/image/store/stored.ts';

import { isAlive } from '../../core/kernel/proc.ts';
import { containerFiles } from '../../core/paths.ts';
import { type Container, type ContainerState, findContainer } from '../../core/store/containers.ts';
import { type Journalled, journalOf } from '../journals.ts';
import { shownOn } from '../printable.ts';
import { imageDocument } from './image/document.ts';
import { configOf } from './inspect/config.ts';
import { graphDriverOf } from './inspect/graph-driver.ts';
import { hostConfigOf } from './inspect/host-config.ts';
import { mountsOf } from './inspect/mounts.ts';
import { networkSettingsOf } from './inspect/network.ts';
import { forEach, openState } from './state.ts';
import { render } from './template/render.ts';

interface Flags {
  format?: string;
  /** Undefined: a container, or an image where there is none. */
  type?: 'container' | 'image';
}

export async function inspect(references: readonly string[], { format, type }: Flags): Promise<number> {
  const { root } = openState('inspect');
  const found: object[] = [];
  const code = await forEach(references, async (reference) => {
    const shown = await documentOf(root, reference, type);
    if (format === undefined) found.push(shown);
    else say(render(format, shown));
  });
  if (format === undefined) say(JSON.stringify(found, null, 4));
  return code;
}

// JSON escapes C0 alone, and a template's answer nothing.
const say = (text: string): void =>
  void process.stdout.write(`${shownOn(process.stdout, text, { keep: '\n\t' })}\n`);

/** @throws TsstepError no-such-container, no-such-image */
async function documentOf(root: string, reference: string, type: Flags['type']): Promise<object> {
  if (type === 'image') return await imageOf(root, reference);
  try {
    const container = findContainer(root, reference);
    return inspected(root, container, journalOf(root, container.config.id));
  } catch (error) {
    if (type === 'container' || failureOf(error).code !== 'no-such-container') throw error;
    return await imageOf(root, reference).catch((second: unknown) => {
      throw isAbsent(second) ? neither(reference, failureOf(error).what) : second;
    });
  }
}

async function imageOf(root: string, reference: string): Promise<object> {
  const { image } = findAmong(await storedImages(root), reference);
  return imageDocument(root, image);
}

/** What is no image's name is not there either. */
const isAbsent = (error: unknown): boolean =>
  ['no-such-image', 'bad-reference'].includes(failureOf(error).code);

function neither(reference: string, container: string): TsstepError {
  return new TsstepError({
    code: 'no-such-container',
    what: `No such object: ${reference}`,
    why: `${container}, and no image either`,
    remedy: 'tsstep ps -a lists containers, tsstep images lists images',
  });
}

/** What Go's zero time looks like: docker has no null here. */
const NEVER = '0001-01-01T00:00:00Z';

function inspected(root: string, container: Container, journalled: Journalled | undefined): object {
  const { config, state } = container;
  const { id, name, created, image, argv } = config;
  const files = containerFiles(root, id);
  const known = journalled?.known;
  const pid = pidOf(state, journalled);
  const [path = '', ...args] = argv;
  return {
    Id: id,
    Created: created,
    Path: path,
    Args: args,
    State: stateOf(state, pid),
    Image: image.id,
    ImageName: image.name,
    ImageDigest: image.digest,
    ResolvConfPath: files.resolvConf,
    HostnamePath: files.hostname,
    HostsPath: files.hosts,
    LogPath: '',
    Name: `/${name}`,
    RestartCount: 0,
    Driver: 'overlay2',
    Platform: 'linux',
    HostConfig: hostConfigOf(config, known),
    GraphDriver: graphDriverOf(root, id, known),
    Mounts: mountsOf(root, config),
    Config: configOf(config, known),
    NetworkSettings: networkSettingsOf(container, known, pid),
  };
}

/** Docker's 0 where nothing runs. A kept container's init waits, and has its namespaces. */
function pidOf(state: ContainerState, journalled: Journalled | undefined): number {
  const process = state.process ?? journalled?.known.init;
  const over = state.status === 'exited' || !process || !isAlive(process);
  return over ? 0 : process.pid;
}

function stateOf(state: ContainerState, pid: number) {
  const {
    status,
    exitCode = 0,
    oomKilled = false,
    startedAt = NEVER,
    finishedAt = NEVER,
    error = '',
  } = state;
  return {
    Status: status === 'creating' ? 'created' : status,
    Running: status === 'running',
    Paused: false,
    Restarting: false,
    OOMKilled: oomKilled,
    Dead: status === 'dead',
    Pid: pid,
    ExitCode: exitCode,
    Error: error,
    StartedAt: startedAt,
    FinishedAt: finishedAt,
  };
}
