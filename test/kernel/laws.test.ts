/** What must hold at every operation there is: the list comes from recorded runs, so a new operation is tried as well. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Operation } from '../../core/operation.ts';
import { apply, revert } from '../../tracer/diff.ts';
import type { Event } from '../../tracer/events.ts';
import type { Snapshot } from '../../tracer/snapshot.ts';
import type { Started } from '../support/commands.ts';
import { type HostState, hostState } from '../support/host-state.ts';
import { lastRunStarted, onNextJournal } from '../support/journal.ts';
import { everywhere } from '../support/parallel.ts';
import { nameOf, ofType, operationsOf, type Recording, record } from '../support/recording.ts';
import { prepare, richRuns, wordsOf } from '../support/rich-runs.ts';
import { type Sandbox, useSandbox } from '../support/sandbox.ts';

/** Each has the host that it had before any of these runs, with a container called `peer` to share namespaces with. */
const sandboxes = [useSandbox(), useSandbox(), useSandbox()];
const untouched = new Map<Sandbox, HostState>();
const recordings: { name: string; words: (sandbox: Sandbox) => string[]; recording: Recording }[] = [];
interface Point {
  /** `stage:operation` */
  at: string;
  /** The first of the runs that has it. */
  words: (sandbox: Sandbox) => string[];
  /** The operation before it. */
  after: Operation | undefined;
}

/** Every operation once. */
const points: Point[] = [];

async function startPeer(sandbox: Sandbox): Promise<Started<Event>> {
  const peer = sandbox.startTsstep([
    'run',
    '--rm',
    '--name',
    'peer',
    'lab',
    'sh',
    '-c',
    'echo up; exec sleep infinity',
  ]);
  await peer.says('up');
  return peer;
}

/** What outlives a container that has come to life: a named volume, and the source of a bind mount that had to be made. */
function forget({ root, directory }: Sandbox): void {
  for (const path of [join(root, 'volumes/data'), join(directory, 'shared/missing')])
    rmSync(path, { recursive: true, force: true });
}

beforeAll(async () => {
  if (process.getuid?.() !== 0) return;
  const [first] = sandboxes as [Sandbox, ...Sandbox[]];
  for (const sandbox of sandboxes) {
    prepare(sandbox);
    await startPeer(sandbox);
  }
  for (const [name, run] of Object.entries(richRuns)) {
    const words = (sandbox: Sandbox): string[] => wordsOf(run, sandbox);
    recordings.push({ name, words, recording: await record(first, words(first)) });
  }
  forget(first);
  for (const sandbox of sandboxes) untouched.set(sandbox, await hostState(sandbox));
  const seen = new Set<string>();
  for (const { words, recording } of recordings) {
    let after: Operation | undefined;
    for (const event of ofType(recording.events, 'operation-started')) {
      const at = nameOf(event);
      if (!seen.has(at)) points.push({ at, words, after });
      seen.add(at);
      after = event.operation;
    }
  }
});

async function expectUntouched(sandbox: Sandbox, what: string): Promise<void> {
  expect(await hostState(sandbox), what).toEqual(untouched.get(sandbox));
}

const withFlags = ([command = '', ...words]: readonly string[], ...flags: readonly string[]): string[] => [
  command,
  ...flags,
  ...words,
];

/** Milliseconds for every operation in turn, also on an emulated machine. */
const PATIENCE = 1_800_000;

describe('law 1', () => {
  it(
    'leaves the host as it was, whichever operation fails',
    async () => {
      // With cgroup v2 there is one hierarchy, so there are thirty less.
      expect(points.length).toBeGreaterThan(120);
      await everywhere(sandboxes, points, async (sandbox, { at, words }) => {
        const { code, stderr } = await sandbox.tsstep(withFlags(words(sandbox), '--inject', `${at}=EIO`));
        expect({ code, stderr }, at).toEqual({ code: 125, stderr: expect.stringContaining(at) });
        expect(stderr, at).toContain('EIO');
        await expectUntouched(sandbox, `failed at ${at}`);
      });
    },
    PATIENCE,
  );

  it('leaves nothing but the image cache, whichever operation of a first run fails', async () => {
    const [first] = sandboxes as [Sandbox, ...Sandbox[]];
    const cold = (sandbox: Sandbox, name: string) => ({
      env: { TSSTEP_ROOT: join(sandbox.directory, name), TSSTEP_RUN: join(sandbox.root, 'run') },
    });
    const run = 'run --rm --network none lab sleep infinity'.split(' ');
    const { events } = await record(first, run, cold(first, 'cold'));
    const image = operationsOf(events).filter((at) => at.startsWith('image:'));
    expect(image.length).toBeGreaterThan(3);
    await everywhere(sandboxes, image, async (sandbox, at) => {
      const { code, stderr } = await sandbox.tsstep(
        withFlags(run, '--inject', `${at}=EIO`),
        cold(sandbox, at),
      );
      expect({ code, stderr }, at).toEqual({ code: 125, stderr: expect.stringContaining(at) });
      const { files } = await hostState(sandbox, join(sandbox.directory, at));
      // Nothing in tsstep's own directories.
      expect(files.filter((line) => line.includes('/'))).toEqual([]);
    });
  });
});

describe('law 2', () => {
  const clean = async (sandbox: Sandbox, killed: Started<Event>, what: string): Promise<void> => {
    const { signal } = await killed.ended;
    expect(signal, what).toBe('SIGKILL');
    const started = lastRunStarted(sandbox);
    const { code, stderr } = await sandbox.tsstep(['clean']);
    expect({ code, stderr }, what).toMatchObject({ code: 0 });
    // The kill may come late.
    if (started) forget(sandbox);
    await expectUntouched(sandbox, what);
  };

  // Where the operation before left nothing that has to be taken back, the host is as it was one pause earlier.
  const pauses = () => points.filter(({ after }) => after === undefined || typeof after.undo !== 'string');

  it(
    'cleans up after a tsstep that was killed while it paused behind an operation',
    async () => {
      expect(pauses().length).toBeGreaterThan(25);
      await everywhere(sandboxes, pauses(), async (sandbox, { at, words }) => {
        const flags = withFlags(words(sandbox), '--break', at);
        const started = sandbox.startTsstep(flags, { stdin: 'pipe', events: true });
        const paused = (event: Event): event is Event => event.type === 'paused' && event.before === at;
        await started.event(`a pause before ${at}`, paused);
        started.kill('SIGKILL');
        await clean(sandbox, started, `killed before ${at}`);
      });
    },
    PATIENCE,
  );

  it(
    'cleans up after a tsstep that was killed while it performed an operation',
    async () => {
      await everywhere(sandboxes, points, async (sandbox, { at, words }) => {
        const tried = (event: Event): boolean => event.type === 'operation-started' && nameOf(event) === at;
        onNextJournal(sandbox, tried, () => started.kill('SIGKILL'));
        const started = sandbox.startTsstep(words(sandbox));
        await clean(sandbox, started, `killed in ${at}`);
      });
    },
    PATIENCE,
  );
});

/** Operations that nothing in /proc, /sys or tsstep's directories tells about; each with its reason. */
const invisible: Readonly<Record<string, string>> = {
  'volumes:root':
    'proc_pid_cwd(5) says "/" already when the working directory is the root of a detached tree',
  'cgroups:root-controllers': 'cgroup v2 only: the container `peer` has had them switched on',
  'cgroups:controllers': 'likewise, in the parent of all containers’ groups',
  'exec:keyring': 'keyrings(7): /proc/keys shows a process its own keys, nobody else’s',
  'exec:umask': 'tsstep itself runs with the umask that docker gives',
  'exec:parent-death': 'PR_SET_PDEATHSIG can be read by the process itself only, with prctl(2)',
};

describe('law 3', () => {
  it('shows a change for every operation but those that the kernel tells nobody about', () => {
    const ended = recordings.flatMap(({ recording }) => ofType(recording.events, 'operation-ended'));
    const seen = ended.filter((event) => event.ok && event.changes.length > 0).map(nameOf);
    const all = points.map(({ at }) => at);
    const silent = all.filter((at) => !seen.includes(at));
    expect(silent.sort()).toEqual(
      Object.keys(invisible)
        .filter((at) => all.includes(at))
        .sort(),
    );
  });
});

describe('law 4', () => {
  it('gives each keyframe when the changes are applied, and the start when they are taken back', () => {
    for (const { name, recording } of recordings) {
      const [start] = ofType(recording.events, 'snapshot');
      let state = start?.state as Snapshot;
      const undo: Snapshot[] = [];
      for (const event of recording.events) {
        if (event.type === 'operation-ended' && event.ok) {
          undo.push(state);
          state = apply(state, event.changes);
          expect(revert(state, event.changes), `${name}: ${event.stage}:${event.name} taken back`).toEqual(
            undo.at(-1),
          );
        } else if (event.type === 'snapshot')
          expect(state, `${name}: keyframe ${event.seq}`).toEqual(event.state);
      }
      expect(undo.length).toBeGreaterThan(50);
    }
  });
});
