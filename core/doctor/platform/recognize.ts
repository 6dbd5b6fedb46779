import { type Distribution, distributionOf } from '../../host/os-release.ts';
import type { Traces } from './traces.ts';

export interface Platform {
  distribution: Distribution;
  wsl?: 1 | 2;
  /** `docker`, `podman`, `lxc` …, or `unknown`: nothing says which, but this is not the kernel's first pid namespace. */
  container?: string;
  virtual?: {
    /** What made the virtual machine: `Lima`. */
    kit?: Kit;
    /** What runs it: `QEMU`. */
    hypervisor?: string;
  };
  /** `systemd`, `OpenRC`, or PID 1's own name. */
  init: string;
}

export type Kit = 'Colima' | 'Lima' | 'Multipass' | 'Vagrant';

/** Microsoft's own kernels: `4.4.0-19041-Microsoft` and `6.6.87.2-microsoft-standard-WSL2`. */
function wslOf({ kernel, marks }: Traces): 1 | 2 | undefined {
  if (/-Microsoft$/.test(kernel)) return 1;
  return /microsoft|WSL2/i.test(kernel) || marks.includes('/proc/sys/fs/binfmt_misc/WSLInterop')
    ? 2
    : undefined;
}

/**
 * A disk image that was made from a container's files still has their marks. A container has at least one namespace of its own,
 * though, even with docker's --pid=host. So has each distribution in WSL: there, only marks count.
 */
function containerOf({ marks, manager, ownNamespaces }: Traces, wsl: boolean): string | undefined {
  if (ownNamespaces.length === 0) return undefined;
  if (manager && manager !== 'wsl') return manager;
  if (marks.includes('/.dockerenv')) return 'docker';
  if (marks.includes('/run/.containerenv')) return 'podman';
  return ownNamespaces.includes('pid') && !wsl ? 'unknown' : undefined;
}

/** What DMI says, as in systemd-detect-virt(1). The first one counts: VirtualBox and QEMU can run on KVM. */
const hypervisors: readonly (readonly [RegExp, string])[] = [
  [/VirtualBox|innotek/, 'VirtualBox'],
  [/VMware|VMW/, 'VMware'],
  [/Parallels/, 'Parallels'],
  [/Apple/, 'Apple Virtualization'],
  [/Microsoft.*Virtual Machine/, 'Hyper-V'],
  [/Xen/, 'Xen'],
  [/BHYVE/i, 'bhyve'],
  [/Amazon EC2/, 'Amazon EC2'],
  [/Google Compute Engine/, 'Google Compute Engine'],
  [/QEMU|Standard PC/, 'QEMU'],
  [/KVM|OpenStack/, 'KVM'],
];

const kits: Readonly<Record<Kit, (traces: Traces) => boolean>> = {
  Colima: (traces) => kits.Lima(traces) && traces.hostname.startsWith('colima'),
  Lima: ({ marks }) => marks.includes('/mnt/lima-cidata') || marks.includes('/run/lima-boot-done'),
  Multipass: ({ userAgent }) => userAgent.includes('multipass/'),
  Vagrant: ({ marks }) => marks.includes('/vagrant') || marks.includes('/home/vagrant'),
};

/** On Apple's machines DMI has Apple's name with and without a virtual one; only the latter says what it is. */
function virtualOf(traces: Traces): Platform['virtual'] {
  const dmi = `${traces.vendor} ${traces.product}`;
  const real = /Apple/.test(dmi) && !/Virtual/.test(dmi);
  const hypervisor = real ? undefined : hypervisors.find(([words]) => words.test(dmi))?.[1];
  const kit = (Object.keys(kits) as Kit[]).find((name) => kits[name](traces));
  // A folder /vagrant makes no virtual machine of a real one; Lima's marks are nowhere else.
  const sure = hypervisor !== undefined || traces.hypervisor || (kit !== undefined && kit !== 'Vagrant');
  return sure ? { ...(kit ? { kit } : {}), ...(hypervisor ? { hypervisor } : {}) } : undefined;
}

function initOf({ marks, init }: Traces): string {
  if (marks.includes('/run/systemd/system')) return 'systemd';
  return marks.includes('/run/openrc') ? 'OpenRC' : init;
}

/** Pure: what was read goes in, what it means comes out. */
export function recognize(traces: Traces): Platform {
  const wsl = wslOf(traces);
  const container = containerOf(traces, wsl !== undefined);
  // WSL 2 is a virtual machine of Hyper-V's, and WSL is what people know it by.
  const virtual = wsl === undefined ? virtualOf(traces) : undefined;
  return {
    distribution: distributionOf(traces.osRelease),
    ...(wsl ? { wsl } : {}),
    ...(container ? { container } : {}),
    ...(virtual ? { virtual } : {}),
    init: initOf(traces),
  };
}
