import { describe, expect, test } from 'vitest';
import { strace } from '../../../../tracer/describe/strace.ts';
import { straceResult } from '../../../../tracer/describe/strace-result.ts';
import { example, kinds } from '../operations.ts';

describe('strace', () => {
  test.each(kinds)('prints %s on one line', (kind) => {
    const line = strace(example(kind));
    expect(line).not.toMatch(/\n|undefined|\[object/);
    expect(line.length).toBeGreaterThan(5);
  });

  test('prints a mount as strace would, with the root filesystem named', () => {
    expect(strace(example('mount'))).toBe(
      'mount("proc", "<rootfs>/proc", "proc", MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL)',
    );
  });

  test('prints a bind mount without a type', () => {
    expect(
      strace(
        example('mount', {
          source: '/a',
          target: '/b',
          root: '/',
          fstype: undefined as never,
          flags: ['MS_BIND', 'MS_REC'],
        }),
      ),
    ).toBe('mount("/a", "/b", NULL, MS_BIND|MS_REC, NULL)');
  });

  test('prints unshare, pivot_root and umount2 with their flags', () => {
    expect(strace(example('unshare'))).toBe('unshare(CLONE_NEWUTS)');
    expect(strace(example('pivot_root'))).toBe('pivot_root(".", ".")');
    expect(strace(example('umount'))).toBe('umount2(".", MNT_DETACH)');
  });

  test('prints device numbers in hexadecimal and modes in octal', () => {
    expect(strace(example('mknod'))).toBe('mknod("<rootfs>/dev/null", S_IFCHR|0666, makedev(0x1, 0x3))');
  });

  test('prints -1 as no limit', () => {
    expect(strace(example('setrlimit'))).toBe(
      'prlimit64(0, RLIMIT_NOFILE, {rlim_cur=1024, rlim_max=RLIM64_INFINITY}, NULL)',
    );
  });

  test('does not show what a secret file holds', () => {
    expect(strace(example('write-file', { data: 'PASSWORD=x', secret: true }))).not.toContain('PASSWORD');
  });

  test('ends with fsync where a file has to outlast a power cut', () => {
    expect(strace(example('write-file', { sync: true }))).toMatch(/; fsync\(3<\/x\/hosts>\)$/);
  });

  test('counts environment variables and does not show them', () => {
    expect(strace(example('execve'))).toBe(
      'execve("/bin/sh", ["sh", "-c", "echo \\"hi $USER\\""], [/* 2 vars */])',
    );
  });
});

describe('the result', () => {
  const failure = { code: 'syscall', what: 'mount failed', why: '', remedy: '', exit: 125 } as const;

  test('of a success is 0 and the time', () => {
    expect(straceResult({ ok: true, value: null, nanoseconds: 21_000 })).toBe(' = 0 <0.000021>');
  });

  test('of starting init is its pid', () => {
    expect(straceResult({ ok: true, value: { pid: 42, startTime: '7' } })).toBe(' = 42');
  });

  test('of a failure is -1 with the kernel’s word and text', () => {
    expect(straceResult({ ok: false, failure: { ...failure, errno: 'ENOENT' } })).toBe(
      ' = -1 ENOENT (No such file or directory)',
    );
    expect(straceResult({ ok: false, failure: { ...failure, errno: 'EBUSY' } })).toBe(
      ' = -1 EBUSY (Device or resource busy)',
    );
  });

  test('of an injected failure says so, as strace does', () => {
    expect(straceResult({ ok: false, failure: { ...failure, errno: 'EPERM', injected: true } })).toBe(
      ' = -1 EPERM (Operation not permitted) (INJECTED)',
    );
  });

  test('of a failure without an errno says what failed', () => {
    expect(straceResult({ ok: false, failure })).toBe(' = -1 (mount failed)');
  });
});
