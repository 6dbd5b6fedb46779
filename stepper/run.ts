/** `tsstep run`: one container from its image to its exit code. */
import { wasOomKilled } from '../core/cgroup/oom.ts';
import { requireTools } from '../core/doctor/tools.ts';
import type { Exit, Machine, RunningContainer } from '../core/machine.ts';
import { pipeline } from '../core/pipeline.ts';
import { type ContainerState, writeState } from '../core/store/containers.ts';
import { recordMounts } from '../core/store/volumes.ts';
import { attach } from './attach.ts';
import { type Driven, drive } from './drive.ts';
import { Interrupts } from './interrupts.ts';
import { openSession, requireRoot, type SessionRequest } from './open-session.ts';
import { hasDirectory } from './recover.ts';
import type { EventStream } from './session/event-stream.ts';
import type { LiveSession } from './session/live.ts';
import type { UndoProblem } from './session/session.ts';
import { showFailure, showProblems } from './show-failure.ts';
import type { Stepping } from './stepping.ts';

export interface RunRequest extends SessionRequest {
  stepping: Stepping;
  faults: ReadonlyMap<string, string>;
  /** The container's output goes to stdout and stderr; `--ui json` has it in the events. */
  showOutput: boolean;
}

export async function run(request: RunRequest): Promise<number> {
  requireRoot('run');
  requireTools(request.spec);
  const opened = openSession(request, pipeline);
  const interrupts = new Interrupts(request, () => opened.session.machine.close());
  try {
    await opened.start();
    const work = new Run(request, opened.session, opened.events, interrupts);
    return await work.toTheEnd(request.eventFiles.length > 0 || !request.showOutput);
  } finally {
    interrupts.stop();
    opened.close();
  }
}

class Run {
  readonly #request: RunRequest;
  readonly #session: LiveSession;
  readonly #events: EventStream;
  readonly #machine: Machine;
  readonly #interrupts: Interrupts;

  constructor(request: RunRequest, session: LiveSession, events: EventStream, interrupts: Interrupts) {
    this.#request = request;
    this.#session = session;
    this.#events = events;
    this.#machine = session.machine;
    this.#interrupts = interrupts;
  }

  async toTheEnd(recordOutput: boolean): Promise<number> {
    const { stepping, frontEnd, faults } = this.#request;
    const session = this.#session;
    const driven = await drive({
      session,
      stepping,
      frontEnd,
      faults,
      events: this.#events,
      stop: this.#interrupts,
    });
    const { container } = this.#machine;
    if (driven.result !== 'started' || !container) return this.#ended(driven);
    this.#interrupts.letGo();
    try {
      return await this.#running(container, recordOutput);
    } catch (error) {
      // A mistake of ours must not leave a container behind that nobody watches.
      showProblems(await session.undo(this.#request.spec.rm ? ['exit', 'remove'] : ['exit']));
      throw error;
    }
  }

  #ended(driven: Driven): number {
    if (driven.result === 'kept') {
      this.#machine.hold();
      const { init } = this.#session.known;
      this.#save({ status: 'created', ...(init && { process: init }) });
    }
    const code =
      driven.result === 'failed' ? driven.failure.exit : driven.result === 'kept' ? 0 : this.#interrupts.code;
    if (driven.result === 'failed') showFailure(driven.failure, driven.at);
    if ('problems' in driven) showProblems(driven.problems);
    this.#events.emit({
      type: 'session-ended',
      result: driven.result === 'started' ? 'failed' : driven.result,
      code,
    });
    return code;
  }

  async #running(container: RunningContainer, recordOutput: boolean): Promise<number> {
    const { spec, frontEnd, showOutput } = this.#request;
    const events = this.#events;
    const startedAt = new Date().toISOString();
    const { known } = this.#session;
    this.#save({
      status: 'running',
      startedAt,
      ...(known.init && { process: known.init }),
      ...(known.ports && { ports: known.ports }),
      ...(known.lease && {
        address: known.lease.address,
        gateway: known.lease.gateway,
        mac: known.lease.mac,
      }),
    });
    if (known.id) recordMounts(known.host.root, known.id, 'mount');
    events.emit({ type: 'started', pid: container.pid });
    this.#session.close();
    const ahead = frontEnd.release();
    this.#machine.release();
    const exit = await attach({
      container,
      spec,
      ahead,
      record: recordOutput ? events : undefined,
      show: showOutput,
    });
    return await this.#exited(exit, startedAt);
  }

  async #exited(exit: Exit, startedAt: string): Promise<number> {
    const { spec } = this.#request;
    const session = this.#session;
    const oomKilled = wasOomKilled(session.known.host.cgroups, session.known.id ?? '');
    this.#events.emit({ type: 'exited', ...exit, oomKilled });
    this.#save({
      status: 'exited',
      startedAt,
      finishedAt: new Date().toISOString(),
      exitCode: exit.code,
      oomKilled,
    });
    const { host, id } = session.known;
    if (id) recordMounts(host.root, id, 'unmount');
    const problems: readonly UndoProblem[] = await session.undo(spec.rm ? ['exit', 'remove'] : ['exit']);
    showProblems(problems);
    this.#events.emit({ type: 'session-ended', result: 'exited', code: exit.code });
    return exit.code;
  }

  #save(change: Partial<ContainerState>): void {
    const { known } = this.#session;
    // Kept before it had a directory, there is nothing to write a state for.
    if (!known.id || !hasDirectory(known.host.root, known.id)) return;
    const { run, supervisor, host } = known;
    writeState(host.root, known.id, { status: 'creating', run, supervisor, ...change });
  }
}
