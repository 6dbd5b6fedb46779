/** One session that makes a container, or starts one that was made: to its files, to its supervisor, or to its end. */

import { failureOf } from '../../core/errors.ts';
import { bootId } from '../../core/kernel/proc.ts';
import type { ProcessId } from '../../core/known.ts';
import type { Exit, RunningContainer } from '../../core/machine.ts';
import type { Failure } from '../../core/operation.ts';
import type { Stage } from '../../core/stage.ts';
import { withContainerLock } from '../../core/store/container-lock.ts';
import { type Container, changeState, readContainer, type StateChange } from '../../core/store/containers.ts';
import { recordContainer } from '../../core/store/lifecycle-log.ts';
import { recordNetworks } from '../../core/store/network-events.ts';
import { recordMounts } from '../../core/store/volumes.ts';
import type { OpenedSession } from '../open-session.ts';
import { type NotStarted, type Outcome, type Purpose, type RunRequest, runSession } from '../run-session.ts';
import { showProblems } from '../show-failure.ts';
import { isDueAgain, removeContainer, seeOom, takeBack, writeExited } from './ending.ts';
import { stayWith } from './foreground.ts';
import { handOver } from './hand-over.ts';
import { runningState } from './running-state.ts';
import { handOn } from './supervising.ts';

export interface MakeRequest extends RunRequest {
  /** The container's output goes to stdout and stderr; `--ui json` has it in the events. */
  showOutput: boolean;
  /** What becomes of it then: it is only made, this process stays with it, or a supervisor of its own does. */
  mode: 'create' | 'foreground' | 'detached';
  /** In the foreground: standard input is not for the container. */
  deaf?: boolean;
  /** In the foreground, with a terminal: what leaves the container to a supervisor. */
  detachKeys: Buffer;
  /** Says that the container is left to itself. */
  left: (container: Container) => void;
  /** The container is there already; this state is its own again when the start fails. */
  before?: StateChange;
}

/** @returns tsstep's exit code */
export async function make(request: MakeRequest, stages: readonly Stage[]): Promise<number> {
  return await runSession(request, stages, (opened) => new Making(request, opened));
}

class Making implements Purpose {
  readonly #request: MakeRequest;
  readonly #opened: OpenedSession;

  constructor(request: MakeRequest, opened: OpenedSession) {
    this.#request = request;
    this.#opened = opened;
  }

  /** For whoever would wait until it is made: nobody knows how long that takes now. */
  readonly waits = async (pausedAt: string | undefined): Promise<void> => {
    const { id } = this.#opened.session.known;
    if (id === undefined || !this.#container) return;
    // Nothing else: the next operation would seem to have changed it.
    await withContainerLock(this.#root, id, () => changeState(this.#root, id, { pausedAt }));
  };

  async started(letGo: () => void): Promise<Outcome> {
    const { session } = this.#opened;
    if (this.#request.mode === 'create') return await this.#created();
    const { container } = session.machine;
    if (!container) throw new Error('exec has succeeded, and there is no process');
    letGo();
    try {
      return await this.#running(container);
    } catch (error) {
      // A mistake of ours must not leave a container behind that nobody watches.
      showProblems(await session.undo(this.#request.spec.rm ? ['exit', 'remove'] : ['exit']));
      const left = this.#container;
      if (left) await writeExited(this.#root, left, { code: 125 }, { error: failureOf(error).what });
      this.#opened.events.emit({ type: 'session-ended', result: 'failed', code: 125 });
      throw error;
    }
  }

  /** What other commands end with 1 for, like a network that does not exist, is docker run's own failure here. */
  codeOf({ exit }: Failure): number {
    return Math.max(125, exit);
  }

  async notStarted(driven: NotStarted, code: number): Promise<void> {
    const { before } = this.#request;
    const { session } = this.#opened;
    if (driven.result === 'kept') {
      session.machine.hold();
      await this.#save({ status: 'created', process: session.known.init });
    }
    if (!before) return;
    if (driven.result === 'failed')
      await this.#save({ ...before, exitCode: code, error: driven.failure.what });
    if (driven.result === 'rolled-back') await this.#save(before);
  }

  get #root(): string {
    return this.#opened.session.known.host.root;
  }

  /** As it is on disk now; undefined: it has not come that far. */
  get #container(): Container | undefined {
    const { id } = this.#opened.session.known;
    return id === undefined ? undefined : readContainer(this.#root, id);
  }

  /** Kept before it had a directory, there is nothing to write a state for. */
  async #save(change: StateChange): Promise<void> {
    const { id, run } = this.#opened.session.known;
    if (id === undefined || !this.#container) return;
    const write = () => changeState(this.#root, id, { run, boot: bootId(), ...change });
    await withContainerLock(this.#root, id, write);
  }

  /** A short command may have ended by now, and somebody else has it already. */
  async #handedTo(supervisor: ProcessId): Promise<void> {
    const { id } = this.#opened.session.known;
    if (id === undefined || !this.#container) return;
    await withContainerLock(this.#root, id, () => {
      if (this.#container?.state.supervisor.pid === process.pid) changeState(this.#root, id, { supervisor });
    });
  }

  #record(action: string): void {
    const container = this.#container;
    if (container) recordContainer(this.#root, container.config, action);
  }

  async #created(): Promise<Outcome> {
    await this.#save({ status: 'created' });
    this.#record('create');
    const container = this.#container;
    if (container) this.#request.left(container);
    return { result: 'created', code: 0 };
  }

  async #running(container: RunningContainer): Promise<Outcome> {
    const { session, events } = this.#opened;
    await this.#save(runningState(session.spec, session.known));
    if (!this.#request.before) this.#record('create');
    if (this.#request.mode === 'foreground') this.#record('attach');
    if (session.known.id) recordNetworks(this.#root, session.known.id, 'connect');
    if (session.known.id) recordMounts(this.#root, session.known.id, 'mount');
    this.#record('start');
    events.emit({ type: 'started', pid: container.pid });
    session.close();
    return this.#request.mode === 'detached' ? await this.#detach(container) : await this.#attach(container);
  }

  async #detach(running: RunningContainer): Promise<Outcome> {
    const { session } = this.#opened;
    const container = this.#container;
    if (!container) throw new Error('the container runs, and its files are gone');
    await this.#request.frontEnd.release();
    await this.#handedTo(await handOver(this.#root, container.config, running));
    session.machine.release();
    return { result: 'detached', code: 0, after: () => this.#request.left(container) };
  }

  async #attach(running: RunningContainer): Promise<Outcome> {
    const { spec, frontEnd, showOutput, eventFiles, deaf, detachKeys } = this.#request;
    const { session, events } = this.#opened;
    const container = this.#container;
    if (!container) throw new Error('the container runs, and its files are gone');
    const ahead = await frontEnd.release();
    const record = eventFiles.length > 0 || !showOutput ? events : undefined;
    const stay = await stayWith(this.#root, container.config, {
      ...{ container: running, spec, ahead, record, show: showOutput, deaf: deaf ?? false, detachKeys },
      begin: () => session.machine.release(),
    });
    if ('exit' in stay) return await this.#exited(stay.exit);
    await this.#handedTo(stay.supervisor);
    const after = () => void process.stderr.write('read escape sequence\n');
    return { result: 'detached', code: 0, after };
  }

  async #exited(exit: Exit): Promise<Outcome> {
    const { session, events } = this.#opened;
    const container = this.#container;
    const oomKilled = container !== undefined && seeOom(container, this.#root);
    events.emit({ type: 'exited', ...exit, oomKilled });
    if (container && isDueAgain(container, exit) && (await handOn(this.#root, container.config.id, exit)))
      return { result: 'detached', code: exit.code };
    showProblems(await session.undo(['exit']));
    if (container) await this.#ended(container, exit, oomKilled);
    return { result: 'exited', code: exit.code };
  }

  async #ended(container: Container, exit: Exit, oomKilled: boolean): Promise<void> {
    const { session } = this.#opened;
    const { id, spec } = container.config;
    const ended = { result: 'exited', code: exit.code } as const;
    showProblems(await takeBack(this.#root, id, ['exit'], ended, session.known.run));
    await writeExited(this.#root, container, exit, { oomKilled, ...(spec.rm && { status: 'removing' }) });
    if (!spec.rm) return;
    showProblems(await session.undo(['remove']));
    showProblems(await removeContainer(this.#root, id, container));
  }
}
