/** `tsstep cp`: docker's rules of what is called what, and symlinks that would lead to this machine. */
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findContainer } from '../../core/store/containers.ts';
import type { Result, Started } from '../support/commands.ts';
import { useDocker } from '../support/docker.ts';
import { useSandbox } from '../support/sandbox.ts';

const sandbox = useSandbox();
const docker = useDocker(sandbox);
const running: Started[] = [];
const program = join(import.meta.dirname, '../../bin/tsstep');
let here: string;

beforeEach(() => {
  here = join(sandbox.directory, 'here');
  mkdirSync(join(here, 'dir/sub'), { recursive: true });
  writeFileSync(join(here, 'file'), 'file\n', { mode: 0o640 });
  writeFileSync(join(here, 'dir/inner'), 'inner\n');
  for (const path of ['file', 'dir', 'dir/inner']) chownSync(join(here, path), 1234, 1235);
  symlinkSync('dir', join(here, 'to-dir'));
  symlinkSync('file', join(here, 'to-file'));
});

afterEach(async () => {
  await sandbox.tsstep(['rm', '-f', 'box']);
  await docker.docker('rm', '-f', 'box');
  await Promise.all(running.splice(0).map((run) => run.ended));
  rmSync(here, { recursive: true });
  // What was mounted to copy went with the process that had done it.
  expect(await sandbox.sh('grep -c merged /proc/self/mounts || :')).toBe('0\n');
});

const exited = async (...flags: string[]): Promise<void> => {
  expect(await sandbox.tsstep(['run', '--name', 'box', ...flags])).toMatchObject({ code: 0, stderr: '' });
};

async function runs(script: string, ...flags: string[]): Promise<void> {
  const words = ['run', '--name', 'box', ...flags, 'lab', 'sh', '-c', `${script}\necho up; exec sleep 99`];
  const run = sandbox.startTsstep(words);
  running.push(run);
  await run.says('up');
}

const cp = async (...words: string[]): Promise<Result> => await sandbox.tsstep(['cp', ...words]);
const copied = async (...words: string[]): Promise<void> =>
  expect(await cp(...words)).toEqual({ code: 0, stdout: '', stderr: '' });

/** Mode, size, name and target of what is in a tar. */
const listing = async (tar: string): Promise<string[]> => {
  const lines = await sandbox.sh(`tar --full-time -tvf ${tar} | awk '{ print $1, $3, $6, $7, $8 }' | sort`);
  return lines.trim().split('\n');
};

describe('tsstep cp', () => {
  // Flags and two words each.
  const sequence = [
    'file box:/tmp/, file box:/tmp/new, file box:/none/x, file box:/none/, file box:/tmp/new/',
    'dir box:/tmp/d1, dir box:/tmp/d1, dir/. box:/tmp/d1, dir/ box:/tmp/d2, dir box:/tmp/new',
    'dir/. box:/tmp/d3, file box:/tmp/d1, dir box:/none/d, none box:/tmp, to-file box:/tmp/l1',
    '-L to-file box:/tmp/l2, to-dir box:/tmp/l3, -L to-dir box:/tmp/l4, to-dir/ box:/tmp/l5',
    'file box:tmp/relative, file/ box:/tmp/x, file box:/tmp/l1, dir box:/tmp/l3, file nobody:/x',
    'file other, box:/tmp box:/x, box:/tmp/none out, box:/tmp/new out/none/x, box:/tmp/new out',
    'box:/tmp/d1 out, box:/tmp/d1/. out/d4, box:/tmp/d1 out/d5, box:/tmp/d2 out/new',
    'box:/tmp/l1 out/l1, -L box:/tmp/l1 out/l2, box:/tmp/d1/inner out/d1, box:/tmp/new/ out',
    'box:/etc/passwd out/none/, box:/tmp/../etc/group out/group, box:/var/run out',
    'box:/var/run/ out/run2',
  ].flatMap((line) => line.split(', '));

  it('calls things what docker calls them, and refuses what docker refuses', async () => {
    await exited('lab', 'true');
    await docker.output('create', '--name', 'box', 'lab', 'true');
    const [codes, theirs]: [string[], string[]] = [[], []];
    for (const folder of ['ours', 'theirs']) mkdirSync(join(here, folder, 'out'), { recursive: true });
    for (const words of sequence) {
      const at = (folder: string) =>
        words
          .split(' ')
          .map((word) =>
            /^(-|box:|nobody:)/.test(word)
              ? word
              : join(here, /^o/.test(word) ? folder : '', word) + (word.match(/\/\.?$/)?.[0] ?? ''),
          );
      codes.push(`${words}: ${(await cp(...at('ours'))).code}`);
      theirs.push(`${words}: ${(await docker.docker('cp', ...at('theirs'))).code}`);
    }
    expect(codes).toEqual(theirs);
    await sandbox.sh(`cd ${here}; tar -C ours/out -cf ours.tar .; tar -C theirs/out -cf theirs.tar .`);
    expect(await listing(`${here}/ours.tar`)).toEqual(await listing(`${here}/theirs.tar`));
    writeFileSync(join(here, 'ours.tar'), (await cp('box:/tmp', '-')).stdout);
    writeFileSync(join(here, 'theirs.tar'), (await docker.docker('cp', 'box:/tmp', '-')).stdout);
    expect(await listing(`${here}/ours.tar`)).toEqual(await listing(`${here}/theirs.tar`));
  });

  it('gives files to root in a container and to the caller here, and keeps owners with -a', async () => {
    await runs(':');
    await copied(join(here, 'dir'), 'box:/plain');
    await copied('-a', join(here, 'dir'), 'box:/kept');
    for (const [flags, name] of [
      [[], 'out'],
      [['-a'], 'out-kept'],
    ] as const)
      await copied(...flags, 'box:/kept', join(here, name));
    const owner = (path: string) => `${statSync(path).uid}:${statSync(path).gid}`;
    const root = `/proc/${findContainer(sandbox.root, 'box').state.process?.pid}/root`;
    expect(owner(`${root}/plain/inner`)).toBe('0:0');
    expect(owner(`${root}/kept/inner`)).toBe('1234:1235');
    expect(owner(join(here, 'out/inner'))).toBe('0:0');
    expect(owner(join(here, 'out-kept/inner'))).toBe('1234:1235');
  });

  it('takes a tar from standard input, and refuses one that leads out', async () => {
    await exited('lab', 'true');
    const piped = async (tar: string, to: string) =>
      await sandbox.run(['sh', '-c', `cd ${here}/dir; ${tar} | ${program} cp - ${to}`]);
    expect(await piped('tar -C .. -cf - dir', 'box:/tmp')).toMatchObject({ code: 0 });
    expect((await cp('box:/tmp/dir/inner', '-')).stdout).toContain('inner\n');
    for (const [tar, to, why] of [
      ['tar -cf - .', 'box:/none', 'must be a directory'],
      ['tar -P -cf - ../file', 'box:/tmp', '".."'],
      ['echo no tar', 'box:/tmp', 'tar is damaged'],
    ] as const)
      expect(await piped(tar, to)).toMatchObject({ code: 1, stderr: expect.stringContaining(why) });
  });

  it('copies the whole root filesystem, and tells a container that has none yet', async () => {
    await exited('lab', 'sh', '-c', 'echo hi > /mine');
    await copied('box:/', join(here, 'all'));
    expect(readdirSync(join(here, 'all'))).toEqual(expect.arrayContaining(['bin', 'lab', 'mine', 'proc']));
    expect((await cp('box:/', '-')).stdout).toContain('./mine');
    await sandbox.tsstep(['rm', 'box']);
    const words = ['run', '--name', 'box', '--until', 'metadata', 'lab', 'true'];
    await sandbox.tsstep(words, { stdin: 'quit keep\n' });
    for (const command of [
      ['cp', 'box:/', '-'],
      ['commit', 'box'],
    ])
      expect(await sandbox.tsstep(command)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('no files yet'),
      });
    expect(await sandbox.tsstep(['diff', 'box'])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('refuses to replace a file that is mounted, as docker does, and says so', async () => {
    await runs(':');
    const { code, stderr } = await cp(join(here, 'file'), 'box:/etc/hosts');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/etc\/hosts.*\n.*mounted/) });
    expect((await cp('box:/etc/hosts', '-')).stdout).toContain('localhost');
  });

  it('sees volumes, running or not, and writes to none that is read-only', async () => {
    mkdirSync(join(here, 'shared'));
    const flags = ['-v', `${here}/shared:/shared`, '-v', `${here}/dir:/fixed:ro`, '-v', '/anonymous'];
    await exited(...flags, 'lab', 'true');
    await copied(join(here, 'file'), 'box:/shared/');
    expect(readFileSync(join(here, 'shared/file'), 'utf8')).toBe('file\n');
    await copied(join(here, 'file'), 'box:/anonymous/');
    await copied('box:/anonymous/file', join(here, 'again'));
    await copied('box:/fixed/inner', here);
    expect(await cp(join(here, 'file'), 'box:/fixed/')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('read-only'),
    });
    expect(existsSync(join(here, 'dir/file'))).toBe(false);
  });

  it('writes to no container that is read-only, but to its volumes', async () => {
    await runs(':', '--read-only', '-v', '/data');
    expect(await cp(join(here, 'file'), 'box:/tmp')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('read-only'),
    });
    await copied(join(here, 'file'), 'box:/data');
  });
});

describe('a symlink in a container', () => {
  it.each(['exited', 'running'])('leads to no file of this machine: %s', async (state) => {
    writeFileSync(join(here, 'secret'), 'secret\n');
    mkdirSync(join(here, 'target'));
    const script = `ln -s ${here} /out; ln -s ${here}/secret /leak; ln -s /../../..${here} /up; ln -s ${here}/target/new /new`;
    if (state === 'running') await runs(script);
    else await exited('lab', 'sh', '-c', script);
    const file = join(here, 'file');
    for (const to of ['box:/out/target/', 'box:/up/target/x', 'box:/new', 'box:/out/target'])
      expect((await cp(file, to)).code).toBe(1);
    for (const words of [
      ['-L', 'box:/leak', '-'],
      ['box:/out/', '-'],
      ['box:/out/secret', '-'],
      ['box:/up/secret', '-'],
    ]) {
      const { code, stdout } = await cp(...words);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    }
    await copied('box:/leak', join(here, 'link'));
    expect(readdirSync(join(here, 'target'))).toEqual([]);
  });

  it('leads nowhere either when it takes a directory’s place again and again meanwhile (CVE-2018-15664)', async () => {
    mkdirSync(join(here, 'target/sub'), { recursive: true });
    for (let index = 0; index < 50; index++) writeFileSync(join(here, `dir/sub/${index}`), 'ours\n');
    const swap = `mkdir -p /d/sub; while :; do mv /d /e; ln -s ${here}/target /d; rm /d; mv /e /d; done & :`;
    await runs(swap);
    for (let round = 0; round < 8; round++) await cp(`${join(here, 'dir')}/.`, 'box:/d');
    writeFileSync(join(here, 'target/sub/secret'), 'secret\n');
    for (let round = 0; round < 8; round++) expect((await cp('box:/d/', '-')).stdout).not.toContain('secret');
    expect(readdirSync(join(here, 'target/sub'))).toEqual(['secret']);
    expect(readdirSync(join(here, 'target'))).toEqual(['sub']);
  });
});
