import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { shell } from '../../../../tracer/describe/shell.ts';
import { example, kinds } from '../operations.ts';

describe('the shell lines', () => {
  test.each(kinds)('of %s are shell that parses', (kind) => {
    const lines = shell(example(kind));
    expect(lines.join('\n')).not.toMatch(/undefined|\[object/);
    expect(() => execFileSync('sh', ['-n'], { input: `${lines.join('\n')}\n`, stdio: 'pipe' })).not.toThrow();
  });

  test('of a mount make the directory and name the root filesystem', () => {
    expect(shell(example('mount'))).toEqual([
      'mkdir -p "$ROOTFS/proc"',
      'mount -t proc -o nosuid,nodev,noexec proc "$ROOTFS/proc"',
    ]);
  });

  test.each([
    [['MS_REC', 'MS_PRIVATE'], 'mount --make-rprivate /x'],
    [['MS_SLAVE'], 'mount --make-slave /x'],
    [['MS_BIND', 'MS_REC'], 'mount --rbind /a /x'],
    [['MS_BIND'], 'mount --bind /a /x'],
    [['MS_BIND', 'MS_REMOUNT', 'MS_RDONLY'], 'mount -o bind,ro,remount /x'],
  ] as const)('of a mount with %j are %s', (flags, line) => {
    const sorted = line.includes('remount') ? (['MS_BIND', 'MS_RDONLY', 'MS_REMOUNT'] as const) : flags;
    const operation = example('mount', {
      source: '/a',
      target: '/x',
      root: '/',
      flags: sorted,
      create: undefined as never,
      fstype: undefined as never,
    });
    expect(shell(operation)).toEqual([line]);
  });

  test('of an overlay mount change to the directory of the relative layers', () => {
    const operation = example('mount', {
      source: 'overlay',
      fstype: 'overlay',
      target: '/m',
      root: undefined as never,
      flags: [],
      data: 'lowerdir=l/a:l/b',
      cwd: '/layers',
      create: undefined as never,
    });
    expect(shell(operation)).toEqual(['(cd /layers && mount -t overlay -o lowerdir=l/a:l/b overlay /m)']);
  });

  test('of an attribute for a whole tree say so', () => {
    expect(shell(example('mount_setattr'))).toEqual([
      'mount -o remount,bind,ro=recursive "$ROOTFS/proc/sys"',
    ]);
  });

  test('of a command give its input as a here-document', () => {
    expect(shell(example('command'))).toEqual([
      "ip -batch - <<'END'",
      'link add v0 type veth peer name v1',
      'link set v0 up',
      'END',
    ]);
  });

  test('of execve hand over arguments and environment as they are, whatever they hold', () => {
    const [line = ''] = shell(
      example('execve', { path: '/usr/bin/printenv', argv: ['printenv', 'GREETING'] }),
    );
    expect(execFileSync('sh', ['-c', line], { encoding: 'utf8' })).toBe("it's $me\n");
  });

  test('of a file write exactly its bytes', () => {
    const data = "a'b\n%s \\n$x\n";
    const path = join(mkdtempSync(join(tmpdir(), 'tsstep-shell-')), "it's a file");
    execFileSync('sh', ['-c', shell(example('write-file', { path, data })).join('\n')]);
    expect(readFileSync(path, 'utf8')).toBe(data);
    rmSync(dirname(path), { recursive: true });
  });
});
