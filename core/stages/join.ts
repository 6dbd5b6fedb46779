/** Of `exec`: what `namespaces` and `cgroups` make for a container, a process that joins one enters. */
import type { Known, Peer } from '../known.ts';
import type { CloneFlag, Operation } from '../operation.ts';
import type { Spec } from '../spec/types.ts';
import type { Stage } from '../stage.ts';
import { driverOf } from './cgroups.ts';
import { join, spawn, unshare } from './namespaces.ts';

/** Mount comes last: from then on /proc is the container’s, where the host’s pids mean nothing. */
const entered: readonly (readonly [kind: string, flag: CloneFlag, why: string])[] = [
  ['uts', 'CLONE_NEWUTS', 'The container’s hostname instead of this machine’s.'],
  ['ipc', 'CLONE_NEWIPC', 'The container’s shared memory, semaphores and message queues.'],
  [
    'net',
    'CLONE_NEWNET',
    'The container’s interfaces, addresses and ports: what listens on its localhost can be reached.',
  ],
  [
    'cgroup',
    'CLONE_NEWCGROUP',
    'What the container sees as the root of all cgroups. That was fixed when it was made, so it can be entered before the cgroup itself.',
  ],
  [
    'mnt',
    'CLONE_NEWNS',
    'The container’s mounts, and with them its root directory. Last: from now on /proc is the container’s own, where the host’s pids mean nothing.',
  ],
];

function find(spec: Spec): Operation {
  return {
    kind: 'find-container',
    where: 'host',
    name: 'find',
    reference: spec.joins?.id ?? '',
    why: 'A container is what its first process is in: that process has to run, and is told apart from a later one with its pid.',
    undo: 'nothing',
    saves: 'peers.container',
  };
}

const ownPaths = unshare(
  'paths',
  'CLONE_FS',
  'The threads of a program share one root and one working directory, and setns refuses to move only one of them (EINVAL).',
);

function enter(peer: Peer): Operation[] {
  const to = `of container ${peer.id.slice(0, 12)}`;
  return [
    {
      ...spawn(peer, 'rollback'),
      why: `Start a process in the pid namespace ${to}: its own pid can never change, so it has to be born there.`,
    },
    ownPaths,
    ...entered.map(([kind, flag, why]) => join(kind, flag, peer, why)),
  ];
}

export const joinNamespaces: Stage = {
  name: 'namespaces',
  summary: 'Find the container, start a process, and move it into the container’s namespaces one by one.',
  plan: (spec: Spec, { peers }: Known) => [find(spec), ...(peers?.container ? enter(peers.container) : [])],
};

export const joinCgroups: Stage = {
  name: 'cgroups',
  summary: 'Move the process into the container’s control group, so that the same limits count for both.',
  plan: (_, { host, peers, init }: Known) =>
    peers?.container && init ? driverOf(host).join(peers.container.id, init.pid) : [],
};
