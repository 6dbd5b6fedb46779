import type { Known, Peer, ProcessId } from '../known.ts';
import type { CloneFlag, Operation, OperationOf } from '../operation.ts';
import type { NamespaceMode, NetworkMode, Spec } from '../spec/types.ts';
import type { Stage } from '../stage.ts';

type Joinable = 'pid' | 'ipc' | 'net';
type Mode = NamespaceMode | NetworkMode;

const modeOf = (spec: Spec, kind: Joinable): Mode => (kind === 'net' ? spec.network : spec[kind]);
const peerOf = (mode: Mode): string | undefined =>
  typeof mode === 'object' && 'container' in mode ? mode.container : undefined;

const whys: Record<Joinable | 'uts', string> = {
  pid: 'Init becomes PID 1 of a new pid namespace: it sees itself and its children, and when it ends they all do.',
  uts: 'A hostname of its own (UTS: UNIX time-sharing system, the struct that uname(2) fills).',
  ipc: 'System V shared memory, semaphores and message queues of its own.',
  net: 'Interfaces, addresses, routes, firewall rules and ports of its own: for now only a loopback that is down.',
};

function findPeers(spec: Spec): Operation[] {
  return (['net', 'pid', 'ipc'] as const).flatMap((kind): Operation[] => {
    const reference = peerOf(modeOf(spec, kind));
    if (reference === undefined) return [];
    const option = `--${kind === 'net' ? 'network' : kind}`;
    return [
      {
        kind: 'find-container',
        where: 'host',
        name: `find-${kind}`,
        reference,
        option,
        why: `${option} container:… shares the namespace of a running container; its process holds it.`,
        undo: 'nothing',
        saves: `peers.${kind}`,
      },
    ];
  });
}

export const spawn = (pid: OperationOf<'spawn-init'>['pid'], at: 'exit' | 'rollback'): Operation => ({
  kind: 'spawn-init',
  where: 'host',
  name: 'init',
  pid,
  why:
    pid === 'new'
      ? whys.pid
      : 'Start init in the pid namespace that was asked for; it will not be PID 1 there.',
  undo: { at, do: { kind: 'kill-init' } },
  saves: 'init',
});

export const unshare = (name: string, flag: CloneFlag, why: string): Operation => ({
  kind: 'unshare',
  where: 'init',
  name,
  flags: [flag],
  why,
  undo: 'with-init',
});

/** The process that is in the namespaces to be shared, told apart from a later one with its pid. */
export const holderOf = ({ pid, startTime }: Peer): ProcessId => ({ pid, startTime });

export const join = (kind: string, flag: CloneFlag, peer: Peer, why: string): Operation => ({
  kind: 'setns',
  where: 'init',
  name: kind,
  path: `/proc/${peer.pid}/ns/${kind}`,
  flag,
  holder: holderOf(peer),
  why,
  undo: 'with-init',
});

function makeOrJoin(spec: Spec, known: Known, kind: 'ipc' | 'net', flag: CloneFlag): Operation[] {
  const mode = modeOf(spec, kind);
  if (mode === 'host') return [];
  const peer = known.peers?.[kind];
  if (!peer) return [unshare(kind, flag, whys[kind])];
  const why = `Join the ${kind} namespace of container ${peer.id.slice(0, 12)} instead of making one: both now see the same.`;
  return [join(kind, flag, peer, why)];
}

function plan(spec: Spec, known: Known): Operation[] {
  const peersKnown = (['net', 'pid', 'ipc'] as const).every(
    (kind) => peerOf(modeOf(spec, kind)) === undefined || known.peers?.[kind],
  );
  if (!peersKnown) return findPeers(spec);
  return [
    ...findPeers(spec),
    spawn(spec.pid === 'host' ? 'host' : (known.peers?.pid ?? 'new'), 'exit'),
    unshare(
      'mnt',
      'CLONE_NEWNS',
      'A copy of the host’s list of mounts, so that the container’s can be changed without the host’s.',
    ),
    {
      kind: 'mount',
      where: 'init',
      name: 'private',
      source: 'none',
      target: '/',
      flags: ['MS_REC', 'MS_PRIVATE'],
      why: 'The copied mounts may still be peers of the host’s (systemd makes / shared), and then a mount in here would appear out there.',
      undo: 'with-init',
    },
    ...(spec.uts === 'host' ? [] : [unshare('uts', 'CLONE_NEWUTS', whys.uts)]),
    ...makeOrJoin(spec, known, 'ipc', 'CLONE_NEWIPC'),
    ...makeOrJoin(spec, known, 'net', 'CLONE_NEWNET'),
  ];
}

export const namespaces: Stage = {
  name: 'namespaces',
  summary:
    'Start the process that will become the container, and move it out of the host’s namespaces one by one.',
  plan,
};
