/** The program of core/cgroup/device-program.ts in the kernel that is to believe it. Hybrid hosts have a cgroup2 mount too. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { deviceProgram } from '../../core/cgroup/device-program.ts';
import { allowed } from '../../core/cgroup/devices.ts';
import { attachDeviceProgram } from '../../core/kernel/bpf.ts';
import { SyscallError } from '../../core/kernel/errno.ts';

const mount = /^(?:\S+ ){4}(\S+) .* - cgroup2 /m.exec(readFileSync('/proc/self/mountinfo', 'utf8'))?.[1];
let group = '';
let scratch = '';

beforeEach((test) => {
  test.skip(mount === undefined, 'needs a cgroup2 filesystem, even one without controllers');
  group = join(mount ?? '', `tsstep-devices-${process.pid}`);
  mkdirSync(group);
  scratch = mkdtempSync(join(tmpdir(), 'tsstep-devices-'));
});

afterEach(() => {
  if (group === '') return;
  rmdirSync(group);
  rmSync(scratch, { recursive: true });
});

/** What a shell in the group says, without the ends of its complaints that differ between shells. */
function inGroup(script: string): string {
  const options = { cwd: scratch, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } } as const;
  // The group is left at the end: rmdir(2) would meet a process that has not quite gone.
  return execFileSync(
    'sh',
    ['-c', `echo $$ > ${group}/cgroup.procs; (${script}) 2>&1; echo $$ > ${mount}/cgroup.procs`],
    options,
  );
}

it('lets root in a cgroup make any device node, and open only the listed ones', () => {
  expect(attachDeviceProgram(group, deviceProgram(Object.values(allowed)))).toBeGreaterThan(0);
  expect(inGroup('head -c 4 /dev/urandom | wc -c; echo x > /dev/null && echo written')).toMatch(
    /4\s+written/,
  );
  // 7:0 is a loop device; with no driver for it the answer would be ENXIO.
  expect(inGroup('mknod disk b 7 0 && echo made; cat disk')).toMatch(/made\n.*Operation not permitted/);
  // 1:11 is /dev/kmsg, which root reads everywhere else.
  expect(inGroup('mknod log c 1 11 && echo made; head -c 1 log')).toMatch(/made\n.*Operation not permitted/);
});

it('is not in the way of a second program: both have to agree', () => {
  attachDeviceProgram(group, deviceProgram(Object.values(allowed)));
  attachDeviceProgram(group, deviceProgram([{ type: 'c', major: 1, minor: 3, access: 'rwm' }]));
  expect(inGroup('echo x > /dev/null && echo written; cat /dev/zero')).toMatch(
    /written\n.*Operation not permitted/,
  );
});

it('passes the verifier with rules of every shape', () => {
  const numbers = [0, 0xfff, '*'] as const;
  const rules = numbers.flatMap((major) =>
    numbers.map((minor) => ({ type: 'b', major, minor, access: 'rm' }) as const),
  );
  expect(attachDeviceProgram(group, deviceProgram(rules))).toBeGreaterThan(0);
  expect(() => attachDeviceProgram(group, deviceProgram([]))).not.toThrow();
});

it('names the command that the kernel refused', () => {
  const noProgram = Buffer.alloc(8);
  expect(() => attachDeviceProgram(group, noProgram)).toThrow(
    new SyscallError('bpf(BPF_PROG_LOAD)', 'EINVAL'),
  );
});
