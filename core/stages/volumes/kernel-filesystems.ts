import type { Known } from '../../known.ts';
import type { Operation } from '../../operation.ts';
import type { Spec } from '../../spec/types.ts';
import { holderOf } from '../namespaces.ts';
import { bindInRoot, mountInRoot, noSuidDevExec } from './mount-operation.ts';

/** /proc, /dev, /dev/pts, /sys, /dev/mqueue and /dev/shm, with the options that docker gives them. */
export function kernelFilesystems(spec: Spec, known: Known, root: string): Operation[] {
  return [
    mountInRoot(
      root,
      'proc',
      'The processes of the container’s own pid namespace: without it, ps would read the host’s.',
      {
        source: 'proc',
        target: '/proc',
        fstype: 'proc',
        flags: noSuidDevExec,
      },
    ),
    mountInRoot(
      root,
      'dev',
      'An empty /dev in memory: only the devices that are put into it exist for the container.',
      {
        source: 'tmpfs',
        target: '/dev',
        fstype: 'tmpfs',
        flags: ['MS_NOSUID', 'MS_STRICTATIME'],
        data: 'mode=755,size=65536k',
      },
    ),
    mountInRoot(root, 'devpts', 'Terminals of its own: /dev/pts/0 in here is not the host’s /dev/pts/0.', {
      source: 'devpts',
      target: '/dev/pts',
      fstype: 'devpts',
      flags: ['MS_NOSUID', 'MS_NOEXEC'],
      data: 'newinstance,ptmxmode=0666,mode=0620,gid=5',
    }),
    mountInRoot(
      root,
      'sys',
      'What the kernel says about devices and its network namespace, read-only: most of it is the host’s.',
      {
        source: 'sysfs',
        target: '/sys',
        fstype: 'sysfs',
        flags: [...noSuidDevExec, 'MS_RDONLY'],
      },
    ),
    ...interProcess(spec, known, root),
  ];
}

function interProcess(spec: Spec, known: Known, root: string): Operation[] {
  const peer = known.peers?.ipc;
  const mqueue = mountInRoot(root, 'mqueue', 'POSIX message queues of the ipc namespace, as files.', {
    source: 'mqueue',
    target: '/dev/mqueue',
    fstype: 'mqueue',
    flags: noSuidDevExec,
  });
  if (spec.ipc === 'host') {
    return [
      // Mounted, not bound: the filesystem shows the queues of the ipc namespace, and not every host has it at /dev/mqueue.
      mqueue,
      bindInRoot(
        root,
        'shm',
        'The host’s POSIX shared memory: it lives in a filesystem, not in the ipc namespace.',
        '/dev/shm',
        '/dev/shm',
      ),
    ];
  }
  if (!peer) {
    return [
      mqueue,
      mountInRoot(
        root,
        'shm',
        'POSIX shared memory (shm_open) is files in this tmpfs; --shm-size bounds it.',
        {
          source: 'shm',
          target: '/dev/shm',
          fstype: 'tmpfs',
          flags: noSuidDevExec,
          data: `mode=1777,size=${Math.ceil(spec.shmSize / 1024)}k`,
        },
      ),
    ];
  }
  return [
    mqueue,
    {
      kind: 'share-mount',
      where: 'init',
      name: 'shm',
      from: `/proc/${peer.pid}/ns/mnt`,
      source: '/dev/shm',
      root,
      target: '/dev/shm',
      holder: holderOf(peer),
      why: `The very tmpfs that container ${peer.id.slice(0, 12)} has: an ipc namespace does not cover shm_open, so the mount is shared too.`,
      undo: 'with-init',
    },
  ];
}
