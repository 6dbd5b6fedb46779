/** Everything around a session: who listens, where it is written down, what may look. */
import { randomBytes } from 'node:crypto';
import { TsstepError } from '../core/errors.ts';
import { readHostFacts } from '../core/host/facts.ts';
import { thisProcess } from '../core/kernel/proc.ts';
import type { Known } from '../core/known.ts';
import { journal as journalPath } from '../core/paths.ts';
import { KernelMachine } from '../core/perform/machine.ts';
import { secretNames } from '../core/spec/secrets.ts';
import type { Spec } from '../core/spec/types.ts';
import type { Stage } from '../core/stage.ts';
import { makeStateDirectories } from '../core/store/state-directory.ts';
import { FORMAT_VERSION } from '../tracer/events.ts';
import { redactArguments, redactSpec } from '../tracer/redact.ts';
import type { FrontEnd } from './front-end.ts';
import { EventStream } from './session/event-stream.ts';
import { EventFile, Journal } from './session/journal.ts';
import { LiveSession } from './session/live.ts';
import { kernelObserver } from './session/observer.ts';
import { VERSION } from './version.ts';

export interface SessionRequest {
  spec: Spec;
  frontEnd: FrontEnd;
  /** `--events FILE`, `--events-fd N`. */
  eventFiles: readonly (string | number)[];
  /** Write what a person typed as environment values into the recording. */
  recordSecrets: boolean;
  argv: readonly string[];
  /** What earlier sessions of the container have found out and is true still. */
  known?: Partial<Known>;
}

export interface OpenedSession {
  session: LiveSession;
  events: EventStream;
  /** Says what is asked for, and reads everything once. */
  start(): Promise<void>;
  /** The journal stays where something is left to take back; `keep`: what only a rollback would take back as well. */
  close(options?: { keep?: boolean }): void;
}

/** A session on this machine through `stages`. @throws TsstepError usage: nothing can be written where it should */
export function openSession(request: SessionRequest, stages: readonly Stage[]): OpenedSession {
  const { spec, frontEnd } = request;
  const files = request.eventFiles.map((file) => new EventFile(file));
  const known = firstKnown(spec, stages, request.known);
  const { host, run } = known;
  makeStateDirectories(host);
  const secrets = request.recordSecrets ? new Set<string>() : secretNames(spec);
  const journal = new Journal(journalPath(host.root, run));
  const events = new EventStream();
  events.listen(journal.write);
  for (const file of files) events.listen(file.write, lost('the recording'));
  events.listen(frontEnd.listener, lost('the display'));
  const observer = kernelObserver(secrets);
  const watched = frontEnd.observes || files.length > 0;
  const session = new LiveSession({
    spec,
    known,
    stages,
    machine: new KernelMachine(spec, { root: host.root, watched }),
    events,
    observer: watched ? observer : undefined,
    looksFor: observer,
    thorough: frontEnd.ask !== undefined,
    secrets,
  });
  const argv = redactArguments(request.argv, spec, secrets);
  return {
    session,
    events,
    start: async () => {
      const what = {
        version: FORMAT_VERSION,
        tsstep: VERSION,
        run,
        argv,
        spec: redactSpec(spec, secrets),
        known,
      } as const;
      events.emit({ type: 'session-started', ...what });
      await session.start();
    },
    close: ({ keep = false }: { keep?: boolean } = {}) => {
      session.close();
      for (const file of files) file.close();
      journal.close({ keep: keep || session.owes });
    },
  };
}

function firstKnown(spec: Spec, stages: readonly Stage[], again?: Partial<Known>): Known {
  const withNetwork = stages.some(({ name }) => name === 'network');
  const withCgroups = stages.some(({ name }) => name === 'cgroups');
  return {
    // Only making a network asks what the host's firewall does.
    host: readHostFacts(
      process.env,
      { ...spec, network: withNetwork ? spec.network : 'none' },
      { withCgroups },
    ),
    run: `${Date.now().toString(36)}-${randomBytes(4).toString('hex')}`,
    supervisor: thisProcess(),
    ...again,
  };
}

const lost = (what: string) => (error: unknown) => {
  const why = error instanceof Error ? error.message : String(error);
  process.stderr.write(`tsstep: ${what} ends here: ${why}\n`);
};

/** @throws TsstepError not-root */
export function requireRoot(command: string): void {
  if (process.geteuid?.() === 0) return;
  throw new TsstepError({
    code: 'not-root',
    what: `tsstep ${command} needs root`,
    why:
      command === 'pull'
        ? 'what is unpacked becomes root’s files in containers, with owners and devices of its own'
        : 'making namespaces, mounts and network links is root’s right',
    remedy:
      command === 'run'
        ? 'sudo tsstep run …; `tsstep plan run …` shows what would be done without being root'
        : `sudo tsstep ${command} …`,
  });
}
