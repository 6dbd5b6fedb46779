/** What `tsstep doctor` says on a machine that lacks something. Only a machine of its own may be broken like this. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { release } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../../core/doctor/finding.ts';

const program = join(import.meta.dirname, '../../../bin/tsstep');
const repairs: (() => void)[] = [];
afterEach(() => {
  for (const repair of repairs.splice(0).reverse()) repair();
});

function doctor(): { code: number; findings: Finding[] } {
  const { status, stdout } = spawnSync(program, ['doctor', '--json'], { encoding: 'utf8' });
  return { code: status ?? -1, findings: JSON.parse(stdout) as Finding[] };
}

const named = (findings: readonly Finding[], name: string) =>
  findings.filter((finding) => finding.name === name);
const faults = (findings: readonly Finding[]) => findings.filter(({ level }) => level !== 'ok');

function takeAway(path: string): void {
  // Out of the way of depmod, too.
  const aside = join('/root', basename(path));
  renameSync(path, aside);
  repairs.push(() => renameSync(aside, path));
}

function setSysctl(name: string, value: string): void {
  const before = execFileSync('sysctl', ['-n', name], { encoding: 'utf8' }).trim();
  execFileSync('sysctl', ['-qw', `${name}=${value}`]);
  repairs.push(() => void execFileSync('sysctl', ['-qw', `${name}=${before}`]));
}

const layout = /tsstep\.cgroups=(\S+)/.exec(readFileSync('/proc/cmdline', 'utf8'))?.[1] ?? 'v2';

describe('doctor', () => {
  it('finds a whole machine whole, and says what it is', () => {
    const { code, findings } = doctor();
    expect(code).toBe(0);
    expect(named(findings, 'machine')[0]?.what).toMatch(/^Debian GNU\/Linux 1[23] .*QEMU virtual machine/);
    expect(named(findings, 'kernel')[0]?.what).toBe(`Linux ${release()}`);
    expect(faults(findings).filter(({ level }) => level === 'missing')).toEqual([]);
  });

  it('says how control groups are mounted', () => {
    const { findings } = doctor();
    const expected = {
      v2: 'v2 at /sys/fs/cgroup',
      v1: 'v1, a hierarchy for each controller',
      hybrid: 'v1, with a v2 hierarchy without controllers',
    }[layout];
    expect(named(findings, 'cgroups')).toEqual([{ level: 'ok', name: 'cgroups', what: expected }]);
    expect(named(findings, 'controllers')).toEqual([
      { level: 'ok', name: 'controllers', what: 'memory cpu cpuset pids' },
    ]);
  });

  it.each([
    ['nft', '/usr/sbin/nft', 'nftables'],
    ['ip', existsSync('/bin/ip') ? '/bin/ip' : '/usr/bin/ip', 'iproute2'],
    ['nsenter', '/usr/bin/nsenter', 'util-linux'],
  ])('names %s when it is not installed, once, with the package that has it', (tool, path, debian) => {
    takeAway(path);
    const { code, findings } = doctor();
    expect(code).toBe(1);
    expect(faults(findings).filter(({ level }) => level === 'missing')).toEqual([
      expect.objectContaining({ what: `${tool} is not installed`, remedy: `apt-get install ${debian}` }),
    ]);
  });

  it('says that a kernel without overlayfs is to be replaced by another', () => {
    spawnSync('rmmod', ['overlay']);
    const listed = () => void execFileSync('depmod', ['-a']);
    repairs.push(listed);
    takeAway(`/lib/modules/${release()}/kernel/fs/overlayfs`);
    listed();
    const { code, findings } = doctor();
    expect(code).toBe(1);
    expect(named(findings, 'overlayfs')).toEqual([
      expect.objectContaining({
        level: 'missing',
        remedy: expect.stringMatching(/another kernel: .* has no overlay/),
      }),
    ]);
  });

  it('says that nobody can make user namespaces when a sysctl forbids it, and that tsstep makes none', () => {
    setSysctl('user.max_user_namespaces', '0');
    const { code, findings } = doctor();
    expect(code).toBe(0);
    expect(named(findings, 'user namespaces')[0]).toMatchObject({
      what: expect.stringContaining('user.max_user_namespaces is 0'),
      remedy: expect.stringContaining('sysctl'),
    });
    const run = spawnSync(program, ['run', '--rm', 'lab', 'echo', 'fine'], { encoding: 'utf8' });
    expect(run.stdout).toBe('fine\n');
  });

  it('says that only root can make user namespaces where Debian’s own sysctl says so', () => {
    setSysctl('kernel.unprivileged_userns_clone', '0');
    const { code, findings } = doctor();
    expect(code).toBe(0);
    expect(named(findings, 'user namespaces')[0]?.what).toContain('kernel.unprivileged_userns_clone is 0');
  });

  it('says so when no network namespace may be made', () => {
    setSysctl('user.max_net_namespaces', '0');
    const { code, findings } = doctor();
    expect(code).toBe(1);
    expect(named(findings, 'net namespace')[0]?.what).toContain('max_net_namespaces');
  });

  it('is as content as before once everything is back', () => {
    expect(doctor().code).toBe(0);
  });
});
