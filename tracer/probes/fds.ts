import type { Probe, Tree } from '../snapshot.ts';
import { fields, link, names, text } from './read.ts';
import { target } from './target.ts';

// asm-generic/fcntl.h, also right for x86-64 and arm64.
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const access = ['r', 'w', 'rw'];

/** Open file descriptors: what they refer to, how they were opened, whether execve closes them (proc_pid_fdinfo(5)). */
export const fds: Probe = (context) => {
  const directory = target(context);
  if (!directory) return undefined;
  const found: Tree = {};
  for (const fd of names(`${directory}/fd`)) {
    const to = link(`${directory}/fd/${fd}`);
    const info = text(`${directory}/fdinfo/${fd}`);
    if (to === undefined || info === undefined) continue;
    const flags = Number.parseInt(fields(info).flags ?? '0', 8);
    const words = [
      access[flags & 3],
      flags & O_CLOEXEC && 'cloexec',
      flags & O_NONBLOCK && 'nonblock',
    ].filter(Boolean);
    found[fd] = `${to} (${words.join(' ')})`;
  }
  return Object.keys(found).length > 0 ? found : undefined;
};
