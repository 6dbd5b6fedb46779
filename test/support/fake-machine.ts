/** A machine in memory: what is done is noted, what is undone is struck off, and some things fail on demand. */
import { TsstepError } from '../../core/errors.ts';
import type { Known, Peer } from '../../core/known.ts';
import type { Machine, RunningContainer } from '../../core/machine.ts';
import type { Failure, Json, Kind, Operation, OperationOf, Outcome } from '../../core/operation.ts';
import type { UndoAction } from '../../core/undo.ts';
import { knownNetwork } from './empty-looks.ts';

const labImage = {
  name: 'lab:latest',
  id: `sha256:${'1'.repeat(64)}`,
  digest: `sha256:${'2'.repeat(64)}`,
  config: { Env: ['PATH=/bin'], Cmd: ['sh'], WorkingDir: '/lab', Volumes: { '/var/lib/image': {} } },
  layers: [0, 1, 2].map((n) => ({
    digest: `sha256:${`${n}`.repeat(64)}`,
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
    size: n,
    diffId: `sha256:${`${n}`.repeat(64)}`,
    directory: `/var/lib/tsstep/layers/${n}`,
    link: `${n}`,
    unpacked: n === 0,
  })),
};

/** What is found out by operations that find something out. */
const values: { [K in Kind]?: (operation: OperationOf<K>) => object | string | number } = {
  getrandom: ({ bytes }) => 'ab'.repeat(bytes),
  'choose-name': ({ wanted }) => wanted ?? 'patient_lamport',
  clock: () => '2026-01-01T00:00:00.000Z',
  'resolve-image': () => ({ found: labImage }),
  'build-lab': () => labImage,
  'find-mounts': () => [
    { type: 'volume', source: 'theirs', target: '/theirs', readOnly: true, noCopy: true },
  ],
  'find-container': ({ reference }): Peer => ({ id: reference, pid: 77, startTime: '1' }),
  'create-volume': ({ path }) => ({ path: `${path}/_data`, fresh: true }),
  'spawn-init': () => ({ pid: 4242, startTime: '1' }),
  'find-network': ({ reference }) => knownNetwork(reference),
  lease: ({ network }) => ({
    network,
    bridge: network,
    subnet: '172.30.0.0/24',
    prefix: 24,
    gateway: '172.30.0.1',
    address: '172.30.0.2',
    mac: '02:42:ac:1e:00:02',
  }),
  listen: ({ port }) => port || 40000,
  'lookup-user': () => ({ uid: 1000, gid: 1000, groups: [2000], home: '/home/student' }),
  'lookup-executable': ({ file }) => `/bin/${file}`,
  openpt: () => 0,
};

export class FakeMachine implements Machine {
  container: RunningContainer | undefined;
  /** Everything that was asked of it, in order: `do proc`, `undo umount /merged`. */
  readonly log: string[] = [];
  /** What would be left on a host: one entry for each operation that has something to undo. */
  readonly left = new Set<string>();
  /** Names of operations that fail, after having done half of what they do. */
  readonly failing = new Set<string>();
  /** Kinds of undo that fail. */
  readonly stubborn = new Set<UndoAction['kind']>();

  async perform(operation: Operation, known: Known): Promise<Outcome> {
    this.log.push(`do ${operation.name}`);
    const { undo, kind } = operation;
    if (typeof undo !== 'string') this.left.add(JSON.stringify(undo.do));
    if (this.failing.has(operation.name))
      return await Promise.resolve({ ok: false, failure: broken(`do ${operation.name}`) });
    if (kind === 'execve' && known.init) {
      this.container = {
        pid: known.init.pid,
        streams: {},
        descriptors: { status: -1, held: [] },
        exited: Promise.resolve({ code: 0 }),
      };
    }
    const value = values[kind] as ((operation: Operation) => Json) | undefined;
    return { ok: true, value: value?.(operation) ?? null };
  }

  async undo(action: UndoAction): Promise<void> {
    this.log.push(`undo ${JSON.stringify(action)}`);
    if (this.stubborn.has(action.kind)) throw new TsstepError(broken(`undo ${action.kind}`));
    this.left.delete(JSON.stringify(action));
    await Promise.resolve();
  }

  release(): void {
    this.log.push('release');
  }

  hold(): void {
    this.log.push('hold');
  }

  ahead(): void {
    // Nothing is slow here.
  }

  close(): void {
    // Nothing is under way.
  }
}

const broken = (what: string): Failure => ({
  code: 'syscall',
  what,
  why: 'the test wants it so',
  remedy: 'none',
  exit: 125,
});
