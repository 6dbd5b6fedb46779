import { describe, expect, it } from 'vitest';
import { checkPlatform } from '../../../core/doctor/platform/check.ts';
import { booting, elsewhere, wider } from '../../../core/doctor/platform/outside.ts';
import { recognize } from '../../../core/doctor/platform/recognize.ts';
import { osReleases, traces } from './platforms.ts';

const qemu = { vendor: 'QEMU', product: 'Standard PC (Q35 + ICH9, 2009)', hypervisor: true };
const apple = { vendor: 'Apple Inc.', product: 'Apple Virtualization Generic Platform' };
const wsl2 = {
  osRelease: osReleases['Ubuntu 24.04'],
  kernel: '6.6.87.2-microsoft-standard-WSL2',
  ownNamespaces: ['pid', 'uts', 'ipc'],
  vendor: 'Microsoft Corporation',
  product: 'Virtual Machine',
  hypervisor: true,
};
const inContainer = { ownNamespaces: ['cgroup', 'pid', 'uts', 'ipc'], init: 'sh' };
const lima = ['/run/systemd/system', '/mnt/lima-cidata', '/run/lima-boot-done'] as const;

const machines = [
  ['Debian GNU/Linux 13 (trixie), systemd', {}],
  ['Debian GNU/Linux 13 (trixie), in a QEMU virtual machine, systemd', qemu],
  ['Debian GNU/Linux 12 (bookworm), systemd', { osRelease: osReleases['Debian 12'] }],
  [
    'Ubuntu 22.04.5 LTS, in a Hyper-V virtual machine, systemd',
    { osRelease: osReleases['Ubuntu 22.04'], vendor: 'Microsoft Corporation', product: 'Virtual Machine' },
  ],
  [
    'Fedora Linux 42 (Workstation Edition), in a VMware virtual machine, systemd',
    { osRelease: osReleases['Fedora 42'], vendor: 'VMware, Inc.', product: 'VMware20,1' },
  ],
  [
    'Alpine Linux v3.22, OpenRC',
    { osRelease: osReleases['Alpine 3.22'], marks: ['/run/openrc'], init: 'init' },
  ],
  ['Ubuntu 24.04.3 LTS, in WSL 2, systemd', wsl2],
  ['Ubuntu 24.04.3 LTS, in WSL 2, PID 1 is init', { ...wsl2, marks: [], init: 'init' }],
  ['Ubuntu 24.04.3 LTS, in WSL 2, systemd', { ...wsl2, manager: 'wsl' }],
  [
    'Ubuntu 24.04.3 LTS, in WSL 1, PID 1 is init',
    { ...wsl2, kernel: '4.4.0-19041-Microsoft', marks: [], init: 'init' },
  ],
  [
    'Ubuntu 24.04.3 LTS, in a Colima virtual machine, systemd',
    { osRelease: osReleases['Ubuntu 24.04'], marks: lima, hostname: 'colima', ...apple },
  ],
  [
    'Debian GNU/Linux 13 (trixie), in a Lima virtual machine, systemd',
    { marks: lima, hostname: 'lima-default' },
  ],
  [
    'Ubuntu 24.04.3 LTS, in a Multipass virtual machine, systemd',
    {
      ...qemu,
      osRelease: osReleases['Ubuntu 24.04'],
      userAgent: 'multipass/version/1.15.0 # written by Multipass',
    },
  ],
  [
    'Debian GNU/Linux 12 (bookworm), in a Vagrant virtual machine, systemd',
    {
      osRelease: osReleases['Debian 12'],
      marks: ['/run/systemd/system', '/home/vagrant'],
      vendor: 'innotek GmbH',
      product: 'VirtualBox',
    },
  ],
  ['Debian GNU/Linux 13 (trixie), systemd', { marks: ['/run/systemd/system', '/vagrant'] }],
  [
    'Debian GNU/Linux 13 (trixie), in a virtual machine, systemd',
    { vendor: '', product: '', hypervisor: true },
  ],
  ['Debian GNU/Linux 13 (trixie), in an Apple Virtualization virtual machine, systemd', apple],
  ['Debian GNU/Linux 13 (trixie), systemd', { vendor: 'Apple Inc.', product: 'MacBookPro11,1' }],
  [
    'Alpine Linux v3.22, in a docker container, PID 1 is sh',
    { ...inContainer, osRelease: osReleases['Alpine 3.22'], marks: ['/.dockerenv'] },
  ],
  [
    'Debian GNU/Linux 13 (trixie), in a docker container, in WSL 2, PID 1 is sh',
    { ...inContainer, kernel: wsl2.kernel, marks: ['/.dockerenv'] },
  ],
  [
    'Debian GNU/Linux 13 (trixie), in a docker container, in a QEMU virtual machine, systemd',
    { ...qemu, marks: ['/.dockerenv', '/run/systemd/system'], ownNamespaces: ['uts', 'ipc'] },
  ],
  [
    'Fedora Linux 42 (Workstation Edition), in a podman container, PID 1 is sh',
    { ...inContainer, osRelease: osReleases['Fedora 42'], marks: ['/run/.containerenv'] },
  ],
  [
    'Debian GNU/Linux 13 (trixie), in a lxc container, PID 1 is init',
    { ...inContainer, marks: [], manager: 'lxc', init: 'init' },
  ],
  ['Debian GNU/Linux 13 (trixie), in a container, PID 1 is sh', { ...inContainer, marks: [] }],
  // A disk image that was made from a container's files.
  ['Debian GNU/Linux 13 (trixie), systemd', { marks: ['/.dockerenv', '/run/systemd/system'] }],
  ['Linux, PID 1 is hidden', { osRelease: '', marks: [], init: '' }],
] as const;

describe('the platform', () => {
  it.each(machines)('is recognized as %s', (text, but) => {
    expect(checkPlatform(recognize(traces(but)))[0]).toEqual({ level: 'ok', name: 'machine', what: text });
  });

  const told = (but: Parameters<typeof traces>[0]) =>
    checkPlatform(recognize(traces(but)))
      .slice(1)
      .map(({ what }) => what);

  it('says nothing more where it is as usual', () => {
    expect(told(qemu)).toEqual([]);
  });

  it('says what differs where it does', () => {
    expect(told(wsl2)).toEqual([expect.stringContaining('share one network')]);
    expect(told({ marks: lima, hostname: 'colima' })).toEqual([expect.stringContaining('Colima passes')]);
    expect(told({ ...inContainer, marks: ['/.dockerenv'] })).toEqual([
      expect.stringContaining('only what this container was given'),
    ]);
  });

  it('is no place to run anything when it is WSL 1', () => {
    const [, finding] = checkPlatform(recognize(traces({ kernel: '4.4.0-19041-Microsoft' })));
    expect(finding).toMatchObject({ level: 'missing', remedy: expect.stringContaining('wsl --set-version') });
  });
});

describe('a remedy', () => {
  const here = recognize(traces({}));
  const docker = recognize(traces({ ...inContainer, marks: ['/.dockerenv'] }));
  const lxc = recognize(traces({ ...inContainer, marks: [], manager: 'lxc' }));

  it('for missing rights is docker’s flags in docker, and words elsewhere', () => {
    expect(wider(docker)).toContain('docker run --privileged --cgroupns=host');
    expect(wider(lxc)).toContain('with all privileges');
    expect(wider(here)).toMatch(/^run on the machine itself/);
  });

  it('for the kernel’s command line is a file of Windows in WSL', () => {
    expect(booting(here, 'a=b')).toBe('boot with a=b on the kernel’s command line');
    expect(booting(recognize(traces(wsl2)), 'a=b')).toContain(
      '.wslconfig below [wsl2]: kernelCommandLine = a=b',
    );
  });

  it('for the state directory is a volume in docker', () => {
    expect(elsewhere(docker, '/var/lib/tsstep')).toContain('docker run -v tsstep:/var/lib/tsstep');
    expect(elsewhere(here, '/var/lib/tsstep')).toMatch(/^TSSTEP_ROOT=/);
  });
});
