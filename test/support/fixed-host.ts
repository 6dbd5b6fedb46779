/** Machines that do not exist: what plans stand on where no kernel is asked. */
import type { CgroupLayout } from '../../core/cgroup/layout.ts';
import type { HostFacts, Known } from '../../core/known.ts';

const at = (name: string): string => `/sys/fs/cgroup/${name}`;

export const v2 = {
  version: 2,
  mount: '/sys/fs/cgroup',
  controllers: ['cpuset', 'cpu', 'io', 'memory', 'hugetlb', 'pids'],
} as const satisfies CgroupLayout;

/** Hybrid: controllers on v1, two of them in one hierarchy, and a v2 without any. */
export const v1 = {
  version: 1,
  hierarchies: {
    cpu: at('cpu,cpuacct'),
    cpuacct: at('cpu,cpuacct'),
    cpuset: at('cpuset'),
    memory: at('memory'),
    pids: at('pids'),
    devices: at('devices'),
    'name=systemd': at('systemd'),
  },
  unified: at('unified'),
} as const satisfies CgroupLayout;

const fixed: HostFacts = {
  root: '/var/lib/tsstep',
  run: '/run/tsstep',
  cgroupRun: '/run/tsstep',
  netns: 'net:[4026531833]',
  cgroups: v2,
  hostname: 'host',
  resolvConf: 'nameserver 192.0.2.53\n',
  cpus: 4,
  kernelPaths: {
    maskedFiles: ['/proc/kcore', '/proc/keys'],
    maskedDirectories: ['/sys/firmware'],
    readOnly: ['/proc/sys'],
  },
  nofile: { soft: 1024, hard: 4096 },
  swapAccounting: true,
  initProgram: '/usr/bin/docker-init',
};

/** What a session knows before its first operation. */
export const knownOf = (host: Partial<HostFacts> = {}): Known => ({
  host: { ...fixed, ...host },
  run: 'plan',
  supervisor: { pid: 1, startTime: '1' },
});
