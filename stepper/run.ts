/** `tsstep run`: one container from its image to its exit code. */
import { randomBytes } from 'node:crypto';
import { wasOomKilled } from '../core/cgroup/oom.ts';
import { requireTools } from '../core/doctor/tools.ts';
import { TsstepError } from '../core/errors.ts';
import { readHostFacts } from '../core/host/facts.ts';
import { startTimeOf } from '../core/kernel/proc.ts';
import type { Known } from '../core/known.ts';
import type { Exit, Machine, RunningContainer } from '../core/machine.ts';
import { journal as journalPath } from '../core/paths.ts';
import { KernelMachine } from '../core/perform/machine.ts';
import { secretNames } from '../core/spec/secrets.ts';
import type { Spec } from '../core/spec/types.ts';
import { type ContainerState, writeState } from '../core/store/containers.ts';
import { makeStateDirectories } from '../core/store/state-directory.ts';
import { FORMAT_VERSION } from '../tracer/events.ts';
import { redactArguments, redactSpec } from '../tracer/redact.ts';
import { attach } from './attach.ts';
import { type Driven, drive } from './drive.ts';
import type { FrontEnd } from './front-end.ts';
import { Interrupts } from './interrupts.ts';
import { hasDirectory } from './recover.ts';
import { EventStream } from './session/event-stream.ts';
import { EventFile, Journal } from './session/journal.ts';
import { LiveSession } from './session/live.ts';
import { kernelObserver } from './session/observer.ts';
import type { UndoProblem } from './session/session.ts';
import { showFailure, showProblems } from './show-failure.ts';
import type { Stepping } from './stepping.ts';
import { VERSION } from './version.ts';

export interface RunRequest {
  spec: Spec;
  stepping: Stepping;
  frontEnd: FrontEnd;
  faults: ReadonlyMap<string, string>;
  /** `--events FILE`, `--events-fd N`. */
  eventFiles: readonly (string | number)[];
  /** Write what a person typed as environment values into the recording. */
  recordSecrets: boolean;
  /** The container's output goes to stdout and stderr; `--ui json` has it in the events. */
  showOutput: boolean;
  argv: readonly string[];
}

export async function run(request: RunRequest): Promise<number> {
  requireRoot();
  const { spec, frontEnd } = request;
  requireTools(spec);
  const files = request.eventFiles.map((file) => new EventFile(file));
  const host = readHostFacts(process.env, spec);
  const runId = `${Date.now().toString(36)}-${randomBytes(4).toString('hex')}`;
  const known: Known = {
    host,
    run: runId,
    supervisor: { pid: process.pid, startTime: startTimeOf(process.pid) ?? '' },
  };
  makeStateDirectories(host);
  const secrets = request.recordSecrets ? new Set<string>() : secretNames(spec);
  const journal = new Journal(journalPath(host.root, runId));
  const events = new EventStream();
  events.listen(journal.write);
  for (const file of files) events.listen(file.write, lost('the recording'));
  events.listen(frontEnd.listener, lost('the display'));
  const observer = kernelObserver(secrets);
  const watched = frontEnd.observes || files.length > 0;
  const session = new LiveSession({
    spec,
    known,
    machine: new KernelMachine(spec, { watched }),
    events,
    observer: watched ? observer : undefined,
    looksFor: observer,
    thorough: frontEnd.ask !== undefined,
    secrets,
  });
  const interrupts = new Interrupts(request);
  try {
    events.emit({
      type: 'session-started',
      version: FORMAT_VERSION,
      tsstep: VERSION,
      run: runId,
      argv: redactArguments(request.argv, spec, secrets),
      spec: redactSpec(spec, secrets),
      known,
    });
    await session.start();
    const work = new Run(request, session, events, interrupts);
    return await work.toTheEnd(files.length > 0 || !request.showOutput);
  } finally {
    interrupts.stop();
    session.close();
    for (const file of files) file.close();
    journal.close({ keep: session.owes });
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

const lost = (what: string) => (error: unknown) => {
  const why = error instanceof Error ? error.message : String(error);
  process.stderr.write(`tsstep: ${what} ends here: ${why}\n`);
};

function requireRoot(): void {
  if (process.geteuid?.() === 0) return;
  throw new TsstepError({
    code: 'not-root',
    what: 'tsstep run needs root',
    why: 'making namespaces, mounts and network links is root’s right',
    remedy: 'sudo tsstep run …; `tsstep plan run …` shows what would be done without being root',
  });
}
