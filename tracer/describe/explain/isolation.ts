import type { Kind } from '../../../core/operation.ts';

/** Namespaces, and what is set in them. */
export const isolation = {
  'spawn-init': `A process cannot move itself into another pid namespace: only its children are born there. So a helper makes the
    namespace and forks, and the child is number 1 in it, while the host sees an ordinary pid. Number 1 is special: the kernel kills
    everything in the namespace when it ends, orphans become its children, and signals without a handler do not reach it from
    inside. runc starts its own init in the same way. From here on most steps are performed by this process, on itself.`,
  unshare: `Gives the calling process a namespace of its own in place of the shared one; nothing else about it changes. The new
    namespace is nearly empty (net: one loopback that is down) or a copy (mnt: the same mounts, uts: the same hostname). clone with the
    same flags would do it for a new process; runc does both. It lasts until the last process in it has ended. EPERM means that
    CAP_SYS_ADMIN is missing; EINVAL for a user namespace means that the process has threads.`,
  setns: `Enters a namespace that exists already: of another container, for --network container:NAME, and nsenter and docker exec
    work with nothing else. The file below /proc/PID/ns stands for it. A Kubernetes pod is just that: containers that share the
    network and ipc namespaces of a first one. ENOENT means that the other process has ended, and with it perhaps the namespace.`,
  sethostname: `Changes the name that uname returns, for everybody in this UTS namespace, which by now is only this container. Without
    a namespace of its own the host would be renamed, and that is why --uts host leaves this step out. docker uses the first 12 digits
    of the id unless --hostname says otherwise. /etc/hostname and /etc/hosts are files, and have to be made to agree.`,
  setrlimit: `Limits one process and, by inheritance, its children: open files, core size, processes of the same user. The soft limit
    is in force; a process may raise it up to the hard one. These are older than control groups and count per process, so they are no
    way to limit a container's memory. Raising a hard limit needs CAP_SYS_RESOURCE in the host's user namespace; without it the answer
    is EPERM.`,
} as const satisfies Partial<Record<Kind, string>>;
