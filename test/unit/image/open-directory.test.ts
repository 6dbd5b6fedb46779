import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { OpenDirectory } from '../../../core/kernel/open-directory.ts';

describe('a file that is something else by the time it is read', () => {
  it.each<[string, (path: string) => void]>([
    ['a pipe', (path) => void execFileSync('mkfifo', [path])],
    ['a symlink', (path) => symlinkSync('/etc/passwd', path)],
    ['a directory', (path) => void execFileSync('mkdir', [path])],
  ])('is not opened: %s', (_, make) => {
    const at = mkdtempSync(join(tmpdir(), 'tsstep-test-'));
    onTestFinished(() => rmSync(at, { recursive: true }));
    writeFileSync(join(at, 'file'), 'text');
    const directory = OpenDirectory.open(at);
    onTestFinished(() => directory.close());
    expect(Buffer.concat([...directory.content('file', 4)]).toString()).toBe('text');
    const content = directory.content('file', 4);
    rmSync(join(at, 'file'));
    make(join(at, 'file'));
    expect(() => [...content]).toThrow('file is no file any more');
  });
});
