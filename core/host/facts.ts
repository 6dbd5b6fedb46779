import { existsSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { type CgroupLayout, readLayout } from '../cgroup/layout.ts';
import { tolerating } from '../kernel/errno.ts';
import { getrlimit } from '../kernel/process.ts';
import type { HostFacts, Places } from '../known.ts';
import { endpointsOf } from '../network/endpoint.ts';
import { forwardDropper } from '../network/firewall.ts';
import type { Spec } from '../spec/types.ts';
import { readKernelPaths } from './kernel-paths.ts';
import { ownNetns } from './netns.ts';
import { findSmallInit } from './small-init.ts';

const DEFAULT_ROOT = '/var/lib/tsstep';

/** The path without symlinks, as the kernel shows it in mount tables, as far as it exists and may be seen. */
function real(path: string): string {
  const found = tolerating(['ENOENT', 'ENOTDIR', 'EACCES'], () => realpathSync(path));
  return found ?? (dirname(path) === path ? path : join(real(dirname(path)), basename(path)));
}

/**
 * Where state is kept: TSSTEP_ROOT, and TSSTEP_RUN for what a reboot clears. Bridge, addresses and NAT are one network
 * namespace's, so its leases and shares are too, whatever the root: two roots must not both give out the same address.
 * @param pid the process whose environment and namespaces count
 */
export function stateDirectories(environment: NodeJS.ProcessEnv, pid: number | 'self' = 'self'): Places {
  const own = (kind: string) => {
    const name = tolerating(['ENOENT', 'ESRCH', 'EACCES'], () => readlinkSync(`/proc/${pid}/ns/${kind}`));
    return real(
      resolve(environment.TSSTEP_RUN ?? join('/run/tsstep', `${kind}-${/\d+/.exec(name ?? '')?.[0] ?? 0}`)),
    );
  };
  return {
    root: real(resolve(environment.TSSTEP_ROOT ?? DEFAULT_ROOT)),
    run: own('net'),
    cgroupRun: own('cgroup'),
  };
}

const isLoopback = (line: string): boolean => /^nameserver\s+(127\.|::1)/.test(line);

const readText = (path: string): string => tolerating(['ENOENT'], () => readFileSync(path, 'utf8')) ?? '';

/** resolv.conf(5) for a container: without resolvers on the host's loopback, which in there is the container's own. */
function containerResolvConf(): string {
  const upstream = '/run/systemd/resolve/resolv.conf';
  const usable = (text: string) =>
    text.split('\n').filter((line) => /^(nameserver|search|options)\s/.test(line) && !isLoopback(line));
  const own = usable(readText('/etc/resolv.conf'));
  const lines =
    own.some((line) => line.startsWith('nameserver')) || !existsSync(upstream)
      ? own
      : usable(readText(upstream));
  return lines.map((line) => `${line}\n`).join('');
}

/** The soft limit that tsstep was started with comes from its launcher: Node raises its own before any code of ours runs. */
function startingNofile(environment: NodeJS.ProcessEnv): { soft: number; hard: number } {
  const { soft, hard } = getrlimit('nofile');
  const launched = environment.TSSTEP_NOFILE;
  if (launched === 'unlimited') return { soft: hard, hard };
  return {
    soft:
      launched === undefined || !/^\d+$/.test(launched)
        ? soft
        : Math.min(Number(launched), hard < 0 ? Number(launched) : hard),
    hard,
  };
}

/**
 * Looks at the machine once, before a session starts.
 * @param withCgroups false: nothing will be put into one, so that there may be none, as in a chroot
 * @throws TsstepError missing-kernel-feature
 */
export function readHostFacts(
  environment: NodeJS.ProcessEnv,
  spec: Pick<Spec, 'network' | 'endpoints' | 'init'>,
  { withCgroups = true } = {},
): HostFacts {
  const cgroups: CgroupLayout = withCgroups ? readLayout() : { version: 1, hierarchies: {} };
  const memory = cgroups.version === 1 ? cgroups.hierarchies.memory : undefined;
  const { network, init } = spec;
  const initProgram = init ? findSmallInit() : undefined;
  const dropper = endpointsOf(spec).length > 0 ? forwardDropper() : undefined;
  return {
    ...stateDirectories(environment),
    netns: ownNetns(),
    cgroups,
    resolvConf: containerResolvConf(),
    ...(network === 'host' && { hosts: readText('/etc/hosts') }),
    kernelPaths: readKernelPaths(),
    hostname: hostname(),
    cpus: availableParallelism(),
    nofile: startingNofile(environment),
    ...(dropper && { forwardDropper: dropper }),
    ...(initProgram !== undefined && { initProgram }),
    // v2 shows memory.swap.max in every group but the root, so it cannot be seen before one exists; CONFIG_SWAP shows in /proc.
    swapAccounting:
      memory === undefined
        ? existsSync('/proc/swaps')
        : existsSync(join(memory, 'memory.memsw.limit_in_bytes')),
  };
}
