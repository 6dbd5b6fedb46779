/** `tsstep run`: one container from its image to its exit code. */
import { randomBytes } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { wasOomKilled } from '../core/cgroup/oom.ts';
import { TsstepError } from '../core/errors.ts';
import { readHostFacts } from '../core/host/facts.ts';
import { startTimeOf } from '../core/host/process.ts';
import type { HostFacts, Known } from '../core/known.ts';
import type { Exit, RunningContainer } from '../core/machine.ts';
import { containers, journal as journalPath, journals, layers, names, volumes } from '../core/paths.ts';
import { KernelMachine } from '../core/perform/machine.ts';
import { secretNames } from '../core/spec/secrets.ts';
import type { Spec } from '../core/spec/types.ts';
import { type ContainerState, writeState } from '../core/store/containers.ts';
import { makeStateDirectory } from '../core/store/state-directory.ts';
import { FORMAT_VERSION } from '../tracer/events.ts';
import { redactArguments, redactSpec } from '../tracer/redact.ts';
import { attach } from './attach.ts';
import { type Driven, drive } from './drive.ts';
import type { FrontEnd } from './front-end.ts';
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

/** How a run that a person broke off ends: 128 + SIGINT. */
const INTERRUPTED = 130;

export async function run(request: RunRequest): Promise<number> {
  requireRoot();
  const { spec, frontEnd } = request;
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
  const work = new Run(request, session, events);
  const stopListening = work.listenForSignals();
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
    return await work.toTheEnd(files.length > 0 || !request.showOutput);
  } finally {
    stopListening();
    for (const file of files) file.close();
    journal.close({ keep: session.owes });
  }
}

class Run {
  readonly #request: RunRequest;
  readonly #session: LiveSession;
  readonly #events: EventStream;
  readonly #machine: KernelMachine;
  readonly #stop = { requested: false, code: INTERRUPTED };
  #created = false;

  constructor(request: RunRequest, session: LiveSession, events: EventStream) {
    this.#request = request;
    this.#session = session;
    this.#events = events;
    this.#machine = session.machine as KernelMachine;
  }

  /** During creation a signal pauses where somebody can be asked, and rolls back where nobody can. */
  listenForSignals(): () => void {
    const { frontEnd, stepping } = this.#request;
    const interrupt = (code: number) => () => {
      if (this.#created || frontEnd.deaf) return;
      if (code === INTERRUPTED && frontEnd.ask && process.stdin.isTTY && !frontEnd.asking)
        return stepping.interrupt();
      this.#stop.requested = true;
      this.#stop.code = code;
      frontEnd.interrupt();
    };
    const handlers = (
      [
        ['SIGINT', INTERRUPTED],
        ['SIGQUIT', 131],
        ['SIGTERM', 143],
        ['SIGHUP', 129],
      ] as const
    ).map(([signal, code]) => {
      const handler = interrupt(code);
      process.on(signal, handler);
      return () => process.off(signal, handler);
    });
    return () => {
      for (const off of handlers) off();
    };
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
      stop: this.#stop,
    });
    const { container } = this.#machine;
    if (driven.result !== 'started' || !container) return this.#ended(driven);
    this.#created = true;
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
      driven.result === 'failed' ? driven.failure.exit : driven.result === 'kept' ? 0 : this.#stop.code;
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
    if (!known.id) return;
    const { run, supervisor, host } = known;
    writeState(host.root, known.id, { status: 'creating', run, supervisor, ...change });
  }
}

/** For root alone: an image's setuid programs must not be within reach of the host's users (CVE-2021-41091). */
function makeStateDirectories({ root, run }: HostFacts): void {
  for (const directory of [
    root,
    run,
    ...[containers, journals, layers, names, volumes].map((of) => of(root)),
  ]) {
    makeStateDirectory(directory);
  }
  for (const directory of [layers(root), volumes(root), containers(root)]) chmodSync(directory, 0o700);
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
