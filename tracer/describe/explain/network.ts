import type { Kind } from '../../../core/operation.ts';

/** What is set up on the host: tools, shared things, addresses, ports, control groups. */
export const network = {
  command: `Links, addresses and routes are changed through netlink, a socket to the kernel; ip is the tool that speaks it, and nft
    speaks it to the packet filter. docker uses libraries for the same messages. A veth pair is two interfaces joined by a wire:
    one end stays on the host and is plugged into the bridge, the other is moved into the container's network namespace. ip's
    "File exists" means that somebody made it before; "Operation not permitted" mostly means that you are not root.`,
  share: `The bridge, the NAT rules, the forwarding switch and the parent control group belong to all containers, so none of them may
    make them twice or take them from the others. A lock is held, the container is written down as a holder, and what is missing
    is made. The last holder unmakes it, and puts back the settings it found. docker's daemon simply keeps these things for ever;
    tsstep has no daemon, so holders are files.`,
  lease: `Every container on the bridge needs an address of its own. docker's daemon counts them in memory and on disk; here each
    address in use is a file, written under a lock, so that two runs at the same moment cannot choose the same one. The subnet is
    chosen so that it does not hide a network that the host can reach already. A /24 has 253 addresses for containers; after that
    there is an error instead of a container.`,
  'find-network': `A network of your own has a bridge, a subnet and rules of its own. What was settled when it was made is in a file;
    docker's daemon keeps it in a small database. The bridge itself is made with the network's first container and goes with the
    last one; docker's is there from the network's making on.`,
  'join-names': `Names are turned into addresses by the C library, which looks into /etc/hosts before it asks a name server
    (nsswitch.conf). The file is one of the host's, mounted over the image's, so it can be kept current from outside: the lines
    between the two marks are written anew in every container of the network whenever one comes or goes. It stays the same file,
    because the mount holds its inode; a new one in its place would not be seen. docker starts a name server for each container
    instead. On the default network there are no names, as with docker.`,
  'take-back': `To leave a network is to do now what would have been done at the container's end: each step of joining says how it
    is taken back. The last one of the network takes bridge and rules along. The container's process notices nothing but that an
    interface is gone.`,
  listen: `A published port has to be free, and it has to stay ours. Binding a socket to it is the kernel's own way of making sure:
    the second one who tries gets EADDRINUSE. docker starts a docker-proxy process for each port, partly for this reason. The
    packets themselves do not come through this socket; NAT rules send them to the container before they reach it. Ports below
    1024 need CAP_NET_BIND_SERVICE.`,
  'write-attribute': `A control group is a directory, and its settings are files: writing 67108864 to memory.max is all it takes to
    limit memory. The kernel checks the value while write() runs and answers EINVAL, EBUSY or ERANGE if it does not like it. Writing
    a pid to cgroup.procs moves that process; its later children are born inside. docker writes the same files, or asks systemd to.
    In cgroup v2 a controller must first be switched on in the parent's cgroup.subtree_control, and ENOENT here often means that
    it was not. The kernel's settings below /proc/sys are files of the same sort; those of the network belong to the network
    namespace of whoever opens them.`,
  'device-filter': `A device node is only a pair of numbers, and root in a container may make one: mknod with the numbers of the
    host's disk, open it, read everything. So the kernel asks once more when a node is made or opened. Cgroup v1 has a file with a
    list of allowed devices; v2 has none, and a small program written for the kernel (eBPF) decides instead: it is told type, major,
    minor and what is asked for, and answers 1 or 0. runc makes the same program from the same list. Before it is loaded, a verifier
    proves that it ends and touches nothing else. Refused, mknod or open says EPERM; bpf itself says EPERM inside another container,
    and EINVAL if the kernel was built without CONFIG_CGROUP_BPF.`,
} as const satisfies Partial<Record<Kind, string>>;
