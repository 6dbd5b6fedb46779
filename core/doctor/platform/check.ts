import { type Finding, missing, ok } from '../finding.ts';
import type { Kit, Platform } from './recognize.ts';

const inside = (whose: string, what: string): string =>
  `in ${/^[aeiou]/i.test(whose) ? 'an' : 'a'} ${[whose, what].filter(Boolean).join(' ')}`;

/** `Debian GNU/Linux 13 (trixie), in a QEMU virtual machine, systemd` */
function platformText({ distribution, wsl, container, virtual, init }: Platform): string {
  const around = [
    container && inside(container === 'unknown' ? '' : container, 'container'),
    wsl && `in WSL ${wsl}`,
    virtual && inside(virtual.kit ?? virtual.hypervisor ?? '', 'virtual machine'),
  ].filter(Boolean);
  const known = init === 'systemd' || init === 'OpenRC';
  return [distribution.name, ...around, known ? init : `PID 1 is ${init || 'hidden'}`].join(', ');
}

/** Published ports are the virtual machine's; how they get out of it. */
const ports: Readonly<Record<Kit, string>> = {
  Colima: 'Colima passes published ports on to 127.0.0.1 of the machine around it',
  Lima: 'Lima passes published ports on to 127.0.0.1 of the machine around it',
  Multipass: 'published ports are on this virtual machine’s own address: `multipass info` shows it',
  Vagrant: 'published ports are this virtual machine’s: config.vm.network "forwarded_port" passes them on',
};

/** What is not as on a Debian of its own, and matters to whoever runs containers here. */
function differences({ wsl, container, virtual }: Platform): string[] {
  return [
    wsl === 2 && 'all distributions of WSL share one network: run tsstep in one of them at a time',
    container && 'tsstep has only what this container was given, and published ports are this container’s',
    virtual?.kit && !container && ports[virtual.kit],
  ].filter((line) => typeof line === 'string');
}

export function checkPlatform(platform: Platform): Finding[] {
  const machine = ok('machine', platformText(platform));
  if (platform.wsl === 1) {
    const why = 'WSL 1 translates system calls, and has neither namespaces nor control groups';
    return [
      machine,
      missing('platform', 'WSL 1 has no Linux kernel', why, 'in Windows: wsl --set-version DISTRIBUTION 2'),
    ];
  }
  return [machine, ...differences(platform).map((line) => ok('platform', line))];
}
