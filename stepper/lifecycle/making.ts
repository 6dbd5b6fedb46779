/** One session that makes a container, or starts one that was made: to its files, to its supervisor, or to its end. */
import { bootId } from '../../core/kernel/proc.ts';
import type { ProcessId } from '../../core/known.ts';
import type { Exit, RunningContainer } from '../../core/machine.ts';
import { containerFiles } from '../../core/paths.ts';
import type { Stage } from '../../core/stage.ts';
import { withContainerLock } from '../../core/store/container-lock.ts';
import { type Container, changeState, readContainer, type StateChange } from '../../core/store/containers.ts';
import { recordContainer } from '../../core/store/lifecycle-log.ts';
import { recordNetworks } from '../../core/store/network-events.ts';
import { recordMounts } from '../../core/store/volumes.ts';
import { writeExit } from '../../core/supervisor/exit-status.ts';
import { type Driven, drive } from '../drive.ts';
import { Interrupts } from '../interrupts.ts';
import { type OpenedSession, openSession, type SessionRequest } from '../open-session.ts';
import { showFailure, showProblems } from '../show-failure.ts';
import type { Stepping } from '../stepping.ts';
import { isDueAgain, removeContainer, seeOom, takeBack, writeExited } from './ending.ts';
import { stayWith } from './foreground.ts';
import { handOver } from './hand-over.ts';
import { runningState } from './running-state.ts';
import { startSupervising } from './supervising.ts';

export interface MakeRequest extends SessionRequest {
  stepping: Stepping;
  faults: ReadonlyMap<string, string>;
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
  const opened = openSession(request, stages);
  const interrupts = new Interrupts(request, () => opened.session.machine.close());
  try {
    await opened.start();
    return await new Making(request, opened, interrupts).toTheEnd();
  } finally {
    interrupts.stop();
    opened.close();
  }
}

class Making {
  readonly #request: MakeRequest;
  readonly #opened: OpenedSession;
  readonly #interrupts: Interrupts;
  readonly #startedAt = new Date().toISOString();

  constructor(request: MakeRequest, opened: OpenedSession, interrupts: Interrupts) {
    this.#request = request;
    this.#opened = opened;
    this.#interrupts = interrupts;
  }

  async toTheEnd(): Promise<number> {
    const { stepping, frontEnd, faults, mode } = this.#request;
    const { session, events } = this.#opened;
    const driven = await drive({ session, stepping, frontEnd, faults, events, stop: this.#interrupts });
    if (driven.result !== 'started') return await this.#notStarted(driven);
    if (mode === 'create') return await this.#created();
    const { container } = session.machine;
    if (!container) throw new Error('exec has succeeded, and there is no process');
    this.#interrupts.letGo();
    try {
      return await this.#running(container);
    } catch (error) {
      // A mistake of ours must not leave a container behind that nobody watches.
      showProblems(await session.undo(this.#request.spec.rm ? ['exit', 'remove'] : ['exit']));
      throw error;
    }
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

  async #notStarted(driven: Exclude<Driven, { result: 'started' }>): Promise<number> {
    const { before } = this.#request;
    const { session, events } = this.#opened;
    if (driven.result === 'kept') {
      session.machine.hold();
      await this.#save({ status: 'created', process: session.known.init });
    }
    const codes = { failed: 125, kept: 0, 'rolled-back': this.#interrupts.code };
    // What other commands end with 1 for, like a network that does not exist, is docker run's own failure here.
    const code = driven.result === 'failed' ? Math.max(125, driven.failure.exit) : codes[driven.result];
    if (driven.result === 'failed') {
      showFailure(driven.failure, driven.at);
      if (before) await this.#save({ ...before, exitCode: code, error: driven.failure.what });
    }
    if (driven.result === 'rolled-back' && before) await this.#save(before);
    if ('problems' in driven) showProblems(driven.problems);
    events.emit({ type: 'session-ended', result: driven.result, code });
    return code;
  }

  async #created(): Promise<number> {
    await this.#save({ status: 'created' });
    this.#record('create');
    const container = this.#container;
    if (container) this.#request.left(container);
    this.#opened.events.emit({ type: 'session-ended', result: 'created', code: 0 });
    return 0;
  }

  async #running(container: RunningContainer): Promise<number> {
    const { session, events } = this.#opened;
    await this.#save(runningState(session.spec, session.known, this.#startedAt));
    if (!this.#request.before) this.#record('create');
    if (this.#request.mode === 'foreground') this.#record('attach');
    if (session.known.id) recordNetworks(this.#root, session.known.id, 'connect');
    if (session.known.id) recordMounts(this.#root, session.known.id, 'mount');
    this.#record('start');
    events.emit({ type: 'started', pid: container.pid });
    session.close();
    return this.#request.mode === 'detached' ? await this.#detach(container) : await this.#attach(container);
  }

  async #detach(running: RunningContainer): Promise<number> {
    const { session, events } = this.#opened;
    const container = this.#container;
    if (!container) throw new Error('the container runs, and its files are gone');
    await this.#request.frontEnd.release();
    // The last line of this session: from here on the journal is another one's.
    events.emit({ type: 'session-ended', result: 'detached', code: 0 });
    await this.#handedTo(await handOver(this.#root, container.config, running));
    session.machine.release();
    this.#request.left(container);
    return 0;
  }

  async #attach(running: RunningContainer): Promise<number> {
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
    events.emit({ type: 'session-ended', result: 'detached', code: 0 });
    process.stderr.write('read escape sequence\n');
    return 0;
  }

  async #exited(exit: Exit): Promise<number> {
    const { session, events } = this.#opened;
    const container = this.#container;
    const oomKilled = container !== undefined && seeOom(container, this.#root);
    events.emit({ type: 'exited', ...exit, oomKilled });
    if (container && isDueAgain(container, exit)) {
      events.emit({ type: 'session-ended', result: 'detached', code: exit.code });
      writeExit(containerFiles(this.#root, container.config.id).exit, {
        ...exit,
        at: new Date().toISOString(),
      });
      await startSupervising(this.#root, container.config.id);
      return exit.code;
    }
    showProblems(await session.undo(['exit']));
    if (container) await this.#ended(container, exit, oomKilled);
    events.emit({ type: 'session-ended', result: 'exited', code: exit.code });
    return exit.code;
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
