/** `tsstep commit`: what a container has changed becomes a layer that shows the same tree again. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { lsetxattr, mknod } from '../../core/kernel/fs.ts';
import { xattrsAt } from '../../core/kernel/xattr.ts';
import { containerFiles } from '../../core/paths.ts';
import { findContainer } from '../../core/store/containers.ts';
import type { Started } from '../support/commands.ts';
import { output } from '../support/commands.ts';
import { useDocker } from '../support/docker.ts';
import { mess } from '../support/messy.ts';
import { useSandbox } from '../support/sandbox.ts';

const sandbox = useSandbox();
const docker = useDocker(sandbox);
const running: Started[] = [];

/** A container that has run `script` and stays. */
async function start(
  name: string,
  image: string,
  script: string,
  flags: readonly string[] = [],
): Promise<string> {
  const words = ['run', '--name', name, ...flags, image, 'sh', '-c', `${script}\necho up; exec sleep 99`];
  const run = sandbox.startTsstep(words);
  running.push(run);
  await run.says('up');
  return `/proc/${findContainer(sandbox.root, name).state.process?.pid}/root`;
}

afterEach(async () => {
  await sandbox.tsstep(['rm', '-f', 'one', 'two']);
  await docker.docker('rm', '-f', 'one');
  await Promise.all(running.splice(0).map((run) => run.ended));
});

async function commit(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await sandbox.tsstep(['commit', ...words]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trim();
}

/** Type, mode, owner, size, time to a tenth of a millisecond, target and content of every file of the root filesystem. */
async function tree(root: string): Promise<string[]> {
  const script = `cd "$1"
find . -xdev -printf '%p\\t%y %#m %U:%G %n %l %T@\\n' | sed -E 's/([.][0-9]{4})[0-9]*$/\\1/'
find . -xdev -type f -exec md5sum {} +`;
  const lines = (await output(['sh', '-ec', script, 'sh', root])).split('\n');
  // Made anew for each container, and the root's own time is when that was.
  return lines
    .filter((line) => !/^\.(\/(dev|proc|sys|etc))?\t|\.\/etc\/(hosts|hostname|resolv.conf)/.test(line))
    .sort();
}

const configOf = (id: string) =>
  JSON.parse(readFileSync(join(sandbox.root, 'images/blobs/sha256', id.replace('sha256:', '')), 'utf8'));

describe('tsstep commit', () => {
  it('makes an image that shows the same tree: owners, modes, times, links, attributes, and what was deleted', async () => {
    const before = await start('one', 'lab', mess);
    const { upper } = containerFiles(sandbox.root, findContainer(sandbox.root, 'one').config.id);
    const capability = Buffer.from('0100000200ff800a000000000000000000000000', 'hex');
    lsetxattr(join(before, 'd/e/f'), 'security.capability', capability);
    lsetxattr(join(before, 'd'), 'user.binary', Buffer.from([0xff, 0, 0x0a, 0x3d]));
    expect(existsSync(join(upper, 'd/e/f'))).toBe(true);
    await commit('one', 'committed');
    const after = await start('two', 'committed', 'true');
    expect(await tree(after)).toEqual(await tree(before));
    for (const path of ['d/e/f', 'd'])
      expect(xattrsAt(join(after, path))).toEqual(xattrsAt(join(before, path)));
    expect(xattrsAt(join(after, 'd/e/f'))).toEqual([['security.capability', capability]]);
  });

  it('keeps devices in the layer, and leaves a socket out with a word', async () => {
    const root = await start('one', 'lab', 'true');
    mknod(join(root, 'disk'), 0o060640, 259, 300);
    const server = createServer().listen(join(root, 'socket'));
    onTestFinished(() => void server.close());
    const { code, stdout, stderr } = await sandbox.tsstep(['commit', 'one', 'devices']);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^tsstep: the socket \/socket is left out.*\n$/),
    });
    const { rootfs } = configOf(stdout.trim());
    expect(rootfs.diff_ids).toHaveLength(6);
    const layout = `oci:${sandbox.root}/images:docker.io/library/devices:latest`;
    const into = join(sandbox.directory, 'devices');
    await output(['skopeo', '--insecure-policy', 'copy', layout, `oci:${into}:devices`]);
    await output(['umoci', 'unpack', '--image', `${into}:devices`, `${into}-bundle`]);
    expect(await output(['stat', '-c', '%F %t:%T %a', `${into}-bundle/rootfs/disk`])).toBe(
      'block special file 103:12c 640\n',
    );
    expect(existsSync(`${into}-bundle/rootfs/socket`)).toBe(false);
  });

  it('takes the configuration as docker does, with changes, author and message', async () => {
    const words = [
      '-e',
      'A=1',
      '-w',
      '/tmp',
      '-u',
      'student',
      '-v',
      '/data',
      '-p',
      '80',
      '-l',
      'L=1',
      '--name',
      'one',
    ];
    const command = ['lab', 'sh', '-c', 'exit 0'];
    const change = ['-a', 'Ada', '-m', 'so far', '-c', 'ENV B=2', '-c', 'ENTRYPOINT ["env"]'];
    await sandbox.tsstep(['run', ...words, ...command]);
    await docker.output('run', ...words, ...command);
    const ours = configOf(await commit(...change, 'one', 'configured:1'));
    await docker.output('commit', ...change, 'one', 'configured:1');
    const [theirs] = JSON.parse(await docker.output('image', 'inspect', 'configured:1'));
    const { Env, Cmd, Entrypoint, ExposedPorts, Labels, User, Volumes, WorkingDir } = theirs.Config;
    expect({ Cmd: null, ...ours.config }).toEqual({
      Env,
      Cmd,
      Entrypoint,
      ExposedPorts,
      Labels,
      User,
      Volumes,
      WorkingDir,
    });
    expect(ours).toMatchObject({ author: 'Ada', architecture: theirs.Architecture, os: 'linux' });
    expect(ours.history.at(-1)).toMatchObject({
      author: 'Ada',
      comment: 'so far',
      created_by: 'sh -c exit 0',
    });
  });

  it('can be committed on top of again, and docker runs the result', async () => {
    await sandbox.tsstep(['run', '--name', 'one', 'lab', 'sh', '-c', 'echo 1 > /one; rm /lab/README']);
    await commit('one', 'first');
    await sandbox.tsstep([
      'run',
      '--name',
      'two',
      'first',
      'sh',
      '-c',
      'rm /one; echo 2 > /two; mkdir /lab/README',
    ]);
    await commit('two', 'second');
    await docker.load(sandbox.root, 'second');
    const look = ['second', 'sh', '-c', 'ls -d /one /two /lab/README 2>&1; ls -A /lab/README'];
    const { stdout } = await sandbox.tsstep(['run', '--rm', ...look]);
    expect(stdout).toContain('No such file');
    expect((await docker.docker('run', '--rm', ...look)).stdout).toBe(stdout);
  });

  it('stops the processes of a container meanwhile, and lets them go on', async () => {
    // The large file takes long enough to read for the others to go on, if they could; and mv leaves no half of one.
    const count = 'i=0; while :; do i=$((i+1)); for f in /a /z; do echo $i > /t$f; mv /t$f $f; done; done';
    const large = 'mkdir /t; dd if=/dev/urandom of=/m bs=1M count=16 2>/dev/null';
    const root = await start('one', 'lab', `${large}; { ${count}; } &`);
    await commit('one', 'pair');
    const pair = (await sandbox.tsstep(['run', '--rm', 'pair', 'sh', '-c', 'cat /a /z'])).stdout
      .split('\n')
      .map(Number);
    expect(Math.abs((pair[0] ?? 0) - (pair[1] ?? 0))).toBeLessThanOrEqual(1);
    const counted = readFileSync(join(root, 'a'), 'utf8');
    await expect.poll(() => readFileSync(join(root, 'a'), 'utf8')).not.toBe(counted);
  });

  /** A container that counts, and a commit of it that reads. */
  async function reading(): Promise<{ root: string; commit: Started }> {
    const count = 'i=0; while :; do i=$((i+1)); echo $i > /t; mv /t /a; done';
    const large = 'dd if=/dev/urandom of=/m bs=1M count=64 2>/dev/null; echo 0 > /a';
    const root = await start('one', 'lab', `${large}; { ${count}; } &`);
    const commit = sandbox.startTsstep(['commit', 'one', 'never']);
    const partial = join(sandbox.root, 'images/tmp');
    await expect.poll(() => readdirSync(partial).length, { timeout: 10_000 }).toBe(1);
    return { root, commit };
  }

  async function goesOn(root: string): Promise<void> {
    const counted = readFileSync(join(root, 'a'), 'utf8');
    await expect.poll(() => readFileSync(join(root, 'a'), 'utf8')).not.toBe(counted);
  }

  it('that is interrupted again and again lets the container go on, and leaves nothing of the image', async () => {
    const images = await sandbox.sh(`find ${sandbox.root}/images -type f | sort`);
    const { root, commit } = await reading();
    let ended = false;
    const end = commit.ended.finally(() => (ended = true));
    for (; !ended; await sleep(1)) commit.kill('SIGINT');
    expect(await end).toMatchObject({ signal: 'SIGINT', stdout: '' });
    expect(await sandbox.sh(`find ${sandbox.root}/images -type f | sort`)).toBe(images);
    await goesOn(root);
  });

  it('that was killed leaves the container stopped until clean, which leaves one alone that is being read', async () => {
    const { root, commit } = await reading();
    expect((await sandbox.tsstep(['clean'])).stdout).not.toContain('frozen');
    commit.kill('SIGKILL');
    expect(await commit.ended).toMatchObject({ signal: 'SIGKILL' });
    expect((await sandbox.tsstep(['clean'])).stdout).toContain('took back container one, which was frozen\n');
    await goesOn(root);
    expect((await sandbox.tsstep(['clean'])).stdout).toBe('nothing to clean\n');
  });

  it('that was killed does not keep rm from killing the container', async () => {
    const { commit } = await reading();
    commit.kill('SIGKILL');
    await commit.ended;
    expect(await sandbox.tsstep(['rm', '-f', 'one'])).toEqual({ code: 0, stdout: 'one\n', stderr: '' });
    await sandbox.tsstep(['clean']);
  });

  it('refuses a file without its content, which another mount of the same directories can have left', async () => {
    await sandbox.tsstep(['run', '--name', 'one', 'lab', 'sh', '-c', 'echo 1 > /whole']);
    const { upper } = containerFiles(sandbox.root, findContainer(sandbox.root, 'one').config.id);
    lsetxattr(join(upper, 'whole'), 'trusted.overlay.metacopy', Buffer.alloc(0));
    const { code, stdout, stderr } = await sandbox.tsstep(['commit', 'one']);
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('metacopy'),
    });
  });

  it('leaves nothing where a change or a name cannot be understood', async () => {
    await sandbox.tsstep(['run', '--name', 'one', 'lab', 'true']);
    const images = await sandbox.sh(`find ${sandbox.root}/images | sort`);
    for (const [words, why] of [
      [['-c', 'FROM x', 'one'], 'FROM x'],
      [['one', 'Upper'], 'lower case'],
      [['one', `a@sha256:${'0'.repeat(64)}`], 'with a digest reference'],
      [['--pause=perhaps', 'one'], 'neither true nor false'],
    ] as const) {
      expect(await sandbox.tsstep(['commit', ...words])).toMatchObject({
        code: why.startsWith('neither') ? 125 : 1,
        stderr: expect.stringContaining(why),
      });
    }
    expect(await sandbox.sh(`find ${sandbox.root}/images | sort`)).toBe(images);
  });
});
