import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkControllers } from '../../../core/doctor/cgroups.ts';
import { loading } from '../../../core/doctor/modules.ts';
import { recognize } from '../../../core/doctor/platform/recognize.ts';
import { checkTools, usable } from '../../../core/doctor/tools.ts';
import { checkUserNamespaces } from '../../../core/doctor/user-namespaces.ts';
import { traces } from './platforms.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsstep-doctor-'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('tools', () => {
  const program = (name: string, text: string): void =>
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  const whatOf = (name: string) => checkTools().find(({ what }) => what.startsWith(`${name} `))?.what;

  beforeEach(() => {
    vi.stubEnv('PATH', folder);
  });

  it('that are not there are missing, each with the command that installs it', () => {
    expect(whatOf('nft')).toBe('nft is not installed');
    expect(usable('nft')).toBe(false);
    program('nft', 'exit 0');
    expect(whatOf('nft')).toBeUndefined();
    expect(usable('nft')).toBe(true);
  });

  it('that are BusyBox’s and lack an option are as good as missing', () => {
    program('busybox', 'echo "unrecognized option" >&2; exit 1');
    symlinkSync('busybox', join(folder, 'unshare'));
    expect(whatOf('unshare')).toBe('unshare is BusyBox’s, which does not know --cgroup');
    expect(usable('unshare')).toBe(false);
  });

  it('that lack an option and are somebody else’s are named as well', () => {
    program('setpriv', '[ "$1" != --pdeathsig ]');
    expect(checkTools().map(({ what }) => what)).toContain('this setpriv does not know --pdeathsig');
  });

  it('that know what they are asked are not mentioned', () => {
    program('setpriv', '[ "$*" = "--pdeathsig KILL --help" ]');
    expect(checkTools().some(({ what }) => what.includes('setpriv'))).toBe(false);
  });
});

describe('controllers', () => {
  const v1 = { cpu: '/c/cpu', cpuset: '/c/cpuset', pids: '/c/pids' };
  const here = recognize(traces({}));
  const wsl = recognize(traces({ kernel: '6.18.33.1-microsoft-standard-WSL2' }));

  it('that are all there are named in one line', () => {
    const controllers = ['cpuset', 'cpu', 'io', 'memory', 'pids'];
    expect(checkControllers({ version: 2, mount: '/c', controllers }, here)).toEqual([
      { level: 'ok', name: 'controllers', what: 'memory cpu cpuset pids' },
    ]);
  });

  it('that nobody has are the kernel’s to switch on', () => {
    const [finding] = checkControllers({ version: 1, hierarchies: v1 }, here, 'memory\t0\t90\t0\n');
    expect(finding).toMatchObject({
      level: 'warning',
      what: 'there is no memory controller',
      why: '--memory cannot be kept and is refused',
      remedy: 'boot with cgroup_enable=memory on the kernel’s command line',
    });
  });

  it('that the kernel has for v2 only want all of them on v2', () => {
    const [finding] = checkControllers({ version: 1, hierarchies: v1 }, here, 'memory\t0\t90\t1\n');
    expect(finding?.remedy).toMatch(/^boot with cgroup_no_v1=all/);
  });

  it('that are on v2 while the others are on v1 want all of them on v2, said as this platform boots', () => {
    writeFileSync(join(folder, 'cgroup.controllers'), 'memory misc\n');
    const layout = { version: 1, hierarchies: v1, unified: folder } as const;
    const [finding] = checkControllers(layout, wsl);
    expect(finding).toMatchObject({ what: 'the memory controller is on v2, and the others are on v1' });
    expect(finding?.remedy).toContain(
      '.wslconfig below [wsl2]: kernelCommandLine = cgroup_no_v1=all systemd.unified_cgroup_hierarchy=1',
    );
    expect(checkControllers(layout, here)[0]?.remedy).toMatch(/^boot with cgroup_no_v1=all/);
  });
});

describe('user namespaces', () => {
  const free = {
    'user.max_user_namespaces': '96365',
    'kernel.unprivileged_userns_clone': '1',
    'kernel.apparmor_restrict_unprivileged_userns': '0',
  } as const;

  it('that anybody may make need no advice', () => {
    for (const settings of [free, {}])
      expect(checkUserNamespaces({ there: true, settings })).toEqual({
        level: 'ok',
        name: 'user namespaces',
        what: 'anybody may make them; tsstep runs as root, and makes none',
      });
  });

  it.each([
    ['user.max_user_namespaces', '0', 'off', 'user.max_user_namespaces=10000'],
    ['kernel.unprivileged_userns_clone', '0', 'root’s only', 'kernel.unprivileged_userns_clone=1'],
    [
      'kernel.apparmor_restrict_unprivileged_userns',
      '1',
      'of no use without root',
      'kernel.apparmor_restrict_unprivileged_userns=0',
    ],
  ])(
    'where %s is %s are %s, which is no fault, and `sysctl -w %s` changes it',
    (setting, value, what, change) => {
      const finding = checkUserNamespaces({ there: true, settings: { ...free, [setting]: value } });
      expect(finding).toMatchObject({ level: 'ok', remedy: `to allow them: sysctl -w ${change}` });
      expect(finding.what).toBe(`${what} (${setting} is ${value}); tsstep runs as root, and makes none`);
      expect(finding.why).toContain('unshare');
    },
  );

  it('that the kernel does not have are no fault either', () => {
    expect(checkUserNamespaces({ there: false, settings: {} })).toMatchObject({ level: 'ok' });
  });
});

describe('a module that is not loaded', () => {
  const modules = {
    release: '6.1.0-40-amd64',
    there: true,
    lists:
      'kernel/fs/overlayfs/overlay.ko.xz:\nkernel/net/netfilter/nft_fib_ipv4.ko: kernel/net/netfilter/nf-tables.ko\nkernel/net/bridge/bridge.ko',
  };

  it('can be loaded where this kernel’s folder has it', () => {
    expect(loading(['overlay'], false, modules)).toBe('modprobe overlay');
    expect(loading(['nf_tables', 'bridge'], false, modules)).toBe('modprobe -a nf_tables bridge');
  });

  it('is named where it does not, and a longer name is not taken for it', () => {
    expect(loading(['bridge', 'nft_fib', 'veth'], false, modules)).toBe(
      'use another kernel: /lib/modules/6.1.0-40-amd64 has no nft_fib, veth',
    );
  });

  it('wants a reboot where the running kernel’s folder is gone, as after an upgrade', () => {
    expect(loading(['veth'], false, { ...modules, there: false })).toMatch(/^modprobe veth; .*reboot$/);
  });

  it('is loaded around a container', () => {
    expect(loading(['veth'], true, modules)).toBe('on the machine around this container: modprobe veth');
  });
});
