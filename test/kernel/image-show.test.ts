/** `tsstep image show` and the prompt's `layers`, as they are typed. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { imageJson } from '../../stepper/layers/json.ts';
import { importRootfs } from '../support/layout.ts';
import { useSandbox } from '../support/sandbox.ts';

const sandbox = useSandbox();
const show = async (...argv: readonly string[]) => await sandbox.tsstep(['image', 'show', ...argv]);

interface Shown extends ReturnType<typeof imageJson> {
  layers: { number: number; instruction: string; removed: { files: number }; sharedWith: object }[];
}

/** In a terminal of 80 columns, where both streams are one. */
async function inTerminal(...argv: readonly string[]): Promise<string> {
  const command = `stty cols 80; exec ${join(import.meta.dirname, '../../bin/tsstep')} image show ${argv.join(' ')}`;
  const { stdout } = await sandbox.run(['script', '-qec', command, '/dev/null'], {
    env: { TSSTEP_ROOT: sandbox.root, NO_COLOR: '1', TERM: 'xterm' },
  });
  return stdout.replaceAll('\r\n', '\n');
}

describe('image show', () => {
  it('shows the stack with its top at the top, and who shares it', async () => {
    await sandbox.tsstep(['run', '--name', 'user', 'lab', 'true']);
    const { code, stdout, stderr } = await show('lab');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const rows = [...stdout.matchAll(/^ *(\d+) {2}.*(ADD|COPY|RUN) /gm)].map(
      ([, number, word]) => `${number} ${word}`,
    );
    expect(rows).toEqual(['5 RUN', '4 RUN', '3 RUN', '2 COPY', '1 ADD']);
    expect(stdout).toMatch(/^ {2}container {2}user {2}layers 1-5, /m);
    expect(stdout).toMatch(/^ {4}113B {2}\/lab\/secret\.txt +layer 2, removed by 3$/m);

    const json = JSON.parse((await show('lab', '--json')).stdout) as Shown;
    expect(json.layers.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
    expect(json.layers[3]).toMatchObject({
      removed: { files: 2 },
      sharedWith: { images: [], containers: ['user'] },
    });
    expect(JSON.parse((await show('lab', '--json', '--layer', '4')).stdout)).toMatchObject({
      number: 4,
      opaque: ['/lab/notes'],
      changes: [
        { path: '/lab/notes/new.txt', change: 'added' },
        { change: 'removed' },
        { change: 'removed' },
      ],
    });
    expect((await sandbox.tsstep(['rm', 'user'])).code).toBe(0);
    expect((await show('lab')).stdout).toContain('No other image and no container');
  });

  it('lists the files of one layer, or of all', async () => {
    const { stdout } = await show('lab', '--layer', '3');
    expect(stdout).toMatch(/^Layer 3 of 5\n {2}RUN rm \/lab\/secret\.txt/);
    expect(stdout).toMatch(/\n\n- -rw-r--r-- +0:0 +113B \/lab\/secret\.txt {2}\(of layer 2\)\n$/);
    const all = (await show('lab', '--files')).stdout;
    expect([...all.matchAll(/^Layer (\d) of 5/gm)].map(([, number]) => number)).toEqual([
      '5',
      '4',
      '3',
      '2',
      '1',
    ]);
  });

  it('gives a pipe the bytes of a file alone, through the image’s symlinks', async () => {
    const hash = createHash('sha256').update(readFileSync('/bin/busybox')).digest('hex');
    const sum = await sandbox.sh(
      `TSSTEP_ROOT=${sandbox.root} ${join(import.meta.dirname, '../../bin/tsstep')} image show lab --file /bin/sh 2>/dev/null | sha256sum`,
    );
    expect(sum.split(' ')[0]).toBe(hash);
  });

  it('tells of a removed file which layer still has it, and ends with 1', async () => {
    const gone = await show('lab', '--file', '/lab/secret.txt');
    expect(gone).toMatchObject({ code: 1, stdout: '' });
    expect(gone.stderr).toContain('layer 3 removes it');
    expect(gone.stderr).toContain('--layer 2 shows the version there');
    const there = await show('lab', '--file', '/lab/secret.txt', '--layer', '2');
    expect(there).toMatchObject({ code: 0, stdout: expect.stringContaining('password=correct-horse\n') });
    expect(JSON.parse((await show('lab', '--file', 'lab/secret.txt', '--json')).stdout)).toMatchObject({
      path: '/lab/secret.txt',
      seen: null,
      versions: [
        { layer: 2, change: 'added', hiddenBy: 3 },
        { layer: 3, change: 'removed', below: 2 },
      ],
    });
  });

  it('compares versions with diff(1)', async () => {
    const TMPDIR = join(sandbox.directory, 'tmp');
    mkdirSync(TMPDIR);
    const argv = ['image', 'show', 'lab', '--diff', '/etc/motd'];
    const { code, stdout } = await sandbox.tsstep(argv, { env: { TMPDIR } });
    expect(readdirSync(TMPDIR)).toEqual([]);
    expect({ code, lines: stdout.split('\n').map((line) => line.slice(0, 12)) }).toEqual({
      code: 0,
      lines: ['--- /etc/mot', '+++ /etc/mot', '@@ -1 +1 @@', '-This line i', '+Welcome to ', ''],
    });
    expect((await show('lab', '--diff', 'etc/motd', '--layers', '1..4')).stderr).toContain('No difference');
    expect((await show('lab', '--diff', 'lab/secret.txt')).stdout).toContain('\n+++ /dev/null');
  });

  it.each<[words: string[], message: string]>([
    [['lab', '--layer', '6'], 'has no layer 6'],
    [['lab', '--layer', '0'], 'numbers from 1, the lowest'],
    [['lab', '--diff', 'etc/motd', '--layers', '3..2'], 'the lower one first'],
    [['lab', '--diff', 'etc/motd', '--layers', '3..9'], 'has no layer 9'],
    [['lab', '--layers', '1..2'], '--layers without --diff'],
    [['lab', '--file', 'a', '--diff', 'b'], '--file and --diff'],
    [['lab', '--diff', 'a', '--json'], '--json and --diff'],
    [['lab', '--file', '/lab'], 'is a directory'],
    [['lab', '--file', '/nowhere'], 'no layer of lab:latest has a file'],
    [['lab', '--file', '/../../../../etc/machine-id'], 'no layer of lab:latest has a file'],
    [['lab', '--file', '/etc/mtab'], 'the image has nothing at /proc/mounts, where it leads'],
    [['nothing'], 'there is no image'],
  ])('refuses %j', async (words, message) => {
    const { code, stdout, stderr } = await show(...words);
    expect({ code, stdout, stderr }).toEqual({
      code: 125,
      stdout: '',
      stderr: expect.stringContaining(message),
    });
  });

  it('says how the built-in image comes into being, and makes nothing', async () => {
    const root = join(sandbox.directory, 'empty');
    const { code, stderr } = await sandbox.tsstep(['image', 'show', 'lab'], { env: { TSSTEP_ROOT: root } });
    expect({ code, stderr }).toEqual({
      code: 125,
      stderr: expect.stringContaining('tsstep run --rm lab true'),
    });
    expect(existsSync(root)).toBe(false);
  });
});

describe('a hostile image', () => {
  it('gives the terminal no orders, and leads to no file of the host', async () => {
    await importRootfs(sandbox, 'hostile', [
      { name: 'clear\u001b[2J', content: 'x' },
      { name: 'text', content: 'a\u001b[31m\u009bb\tc\n' },
      { name: 'binary', content: Buffer.from([0, 1, 2, 27]) },
      { name: 'etc', type: 'symlink', linkname: '/../../../../../../etc' },
      { name: 'hosts', type: 'symlink', linkname: '../../../../etc/hosts' },
    ]);
    const escapes = /[^\P{Cc}\n\t]/u;
    const files = await inTerminal('hostile', '--files');
    expect(files).toContain('/clear\\x1b[2J\n');
    const text = await inTerminal('hostile', '--file', 'text');
    expect(text).toContain('\na\\x1b[31m\\x9bb\tc\n');
    const binary = await inTerminal('hostile', '--file', 'binary');
    expect(binary).toMatch(/\nNot text: 4B, sha256:[0-9a-f]{64}\./);
    for (const output of [files, text, binary]) expect(output).not.toMatch(escapes);
    expect((await show('hostile', '--file', 'text')).stdout).toBe('a\u001b[31m\u009bb\tc\n');
    // In the image, both lead round to themselves.
    for (const path of ['etc/hosts', 'hosts', 'etc/passwd'])
      expect(await show('hostile', '--file', path)).toMatchObject({
        code: 125,
        stdout: '',
        stderr: expect.stringContaining('lead round in a circle'),
      });
  });
});

describe('the image stage', () => {
  it('shows the layers of its image, and explains the unpacking of one with what is in it', async () => {
    await importRootfs(sandbox, 'fresh', [{ name: 'hello', content: 'hi' }]);
    const typed = 'explain\nlayers\nstep\nlayers\nlayers 1\nlayers 2\nexplain unpack-1\ncontinue\n';
    const { code, stderr } = await sandbox.tsstep(['run', '--rm', '--pause-each', 'fresh', 'echo', 'x'], {
      stdin: typed,
    });
    expect(code).toBe(0);
    const [, resolving = '', early = '', , stack = '', files = '', none = '', explained = ''] =
      stderr.split('tsstep [1/9 image]> ');
    expect(resolving).toContain('`layers` shows what is in the image');
    expect(early).toContain('`step`, and then `layers`');
    expect(stack).toMatch(/fresh:latest .*\n1 layer, /);
    expect(files).toMatch(/\+ -rw-r--r-- +0:0 +2B \/hello\n/);
    expect(none).toContain('there is no layer "2"');
    expect(explained).toMatch(/Layer 1 of 1: .*\n {2}files {4}\+ \d+ files, 1 directory\n/);
    expect(explained).toContain('not unpacked yet');
  });
});
