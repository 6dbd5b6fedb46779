/** Starting a container that exists: everything that ends with its process is made anew. */
import { bootId, thisProcess } from '../../core/kernel/proc.ts';
import { starting } from '../../core/pipeline.ts';
import { withContainerLock } from '../../core/store/container-lock.ts';
import {
  type Container,
  changeState,
  findContainer,
  readContainer,
  type StateChange,
} from '../../core/store/containers.ts';
import { requireState } from '../../core/store/states.ts';
import { quietFrontEnd } from '../json/front-end.ts';
import { Stepping } from '../stepping.ts';
import { knownAgain } from './known-again.ts';
import { type MakeRequest, make } from './making.ts';

export type StartRequest = Omit<MakeRequest, 'spec' | 'known' | 'before'>;

interface Claimed {
  container: Container;
  /** What its state becomes again when the start fails. */
  before: StateChange;
}

/**
 * Whoever claims a container first starts it; undefined: it runs already, which is what was wanted.
 * @throws TsstepError no-such-container, container-state
 */
async function claim(root: string, reference: string): Promise<Claimed | undefined> {
  const { config } = findContainer(root, reference);
  return await withContainerLock(root, config.id, () => {
    const container = readContainer(root, config.id) ?? findContainer(root, reference);
    if (container.state.status === 'running') return undefined;
    requireState(container, 'start');
    knownAgain(root, container);
    const { status, startedAt, finishedAt, exitCode } = container.state;
    // Of an earlier boot, whose supervisor had no time to write down the end.
    const gone = { process: undefined, ports: undefined, networks: undefined };
    const taken: StateChange = { status: 'creating', supervisor: thisProcess(), boot: bootId() };
    changeState(root, config.id, {
      ...taken,
      ...gone,
      ...{ stopped: undefined, restartCount: undefined, waited: undefined },
    });
    return { container, before: { status, startedAt, finishedAt, exitCode } };
  });
}

/** @returns tsstep's exit code: 0 when it runs already @throws TsstepError no-such-container, container-state */
export async function start(root: string, reference: string, request: StartRequest): Promise<number> {
  const claimed = await claim(root, reference);
  if (!claimed) {
    request.left(findContainer(root, reference));
    return 0;
  }
  return await startClaimed(root, claimed, request);
}

async function startClaimed(
  root: string,
  { container, before }: Claimed,
  request: StartRequest,
): Promise<number> {
  const { config } = container;
  try {
    return await make(
      { ...request, spec: config.spec, known: knownAgain(root, container), before },
      starting,
    );
  } catch (error) {
    // The session could not even begin.
    if (readContainer(root, config.id)?.state.status === 'creating')
      await withContainerLock(root, config.id, () => changeState(root, config.id, before));
    throw error;
  }
}

/** Nobody looks on, and a supervisor goes on with it. */
const quietly = (id: string): StartRequest => ({
  stepping: new Stepping({}),
  faults: new Map(),
  frontEnd: quietFrontEnd(),
  eventFiles: [],
  recordSecrets: false,
  argv: ['start', id],
  showOutput: false,
  detachKeys: Buffer.alloc(0),
  mode: 'detached',
  left: () => undefined,
});

/** @throws TsstepError container-state: it failed, for the reason that is shown */
export async function startQuietly(root: string, id: string): Promise<number> {
  return await start(root, id, quietly(id));
}

/** By its restart policy: the caller has claimed it. */
export async function startAgain(root: string, id: string): Promise<number> {
  const container = findContainer(root, id);
  const { startedAt, finishedAt } = container.state;
  return await startClaimed(
    root,
    { container, before: { status: 'exited', startedAt, finishedAt } },
    quietly(id),
  );
}
