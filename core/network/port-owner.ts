/** Who has a port: what `ss -lntup` finds, read from the same files (proc_pid_net(5), proc_pid_fd(5)). */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tolerating } from '../kernel/errno.ts';

/** Processes come and go while /proc is read, and some may hide theirs. */
const unseen = ['ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'ENOTDIR'];

/** TCP_LISTEN of linux/tcp_states.h in hex; an unconnected UDP socket shows TCP_CLOSE. */
const states = { tcp: '0A', udp: '07' };

/** Inode numbers of the sockets in a /proc/net/{tcp,tcp6,udp,udp6} table that wait for anybody on this port. */
export function socketInodes(table: string, port: number, protocol: 'tcp' | 'udp'): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  return table.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const matches = fields[1]?.endsWith(`:${hexPort}`) && fields[3] === states[protocol];
    return matches && fields[9] !== undefined ? [fields[9]] : [];
  });
}

export interface PortOwner {
  /** `"nginx", process 812` */
  text: string;
  /** The beginning of a container's ID, whose supervisor it is. */
  container?: string;
}

/** undefined: it cannot be seen, as from inside a container. */
export function portOwner(port: number, protocol: 'tcp' | 'udp'): PortOwner | undefined {
  const tables = [protocol, `${protocol}6`].map(
    (name) => tolerating(unseen, () => readFileSync(`/proc/net/${name}`, 'utf8')) ?? '',
  );
  const sockets = new Set(
    tables.flatMap((table) => socketInodes(table, port, protocol)).map((inode) => `socket:[${inode}]`),
  );
  if (sockets.size === 0) return undefined;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const fds = tolerating(unseen, () => readdirSync(`/proc/${pid}/fd`)) ?? [];
    const holds = fds.some((fd) =>
      sockets.has(tolerating(unseen, () => readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? ''),
    );
    if (holds) return ownerOf(pid);
  }
  return undefined;
}

function ownerOf(pid: string): PortOwner {
  const read = (file: string) => tolerating(unseen, () => readFileSync(`/proc/${pid}/${file}`, 'utf8')) ?? '';
  // What core/supervisor/main.ts calls itself.
  const container = /^tsstep-supervisor ([0-9a-f]{12})/.exec(read('cmdline'))?.[1];
  if (container) return { text: `container ${container} (tsstep ps)`, container };
  return { text: `"${read('comm').trim() || '?'}", process ${pid}` };
}
