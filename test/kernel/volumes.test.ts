/** What a container sees in its root filesystem, compared with the same files on the host. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useContainers } from '../support/containers.ts';
import { importRootfs } from '../support/layout.ts';
import { prepare } from '../support/rich-runs.ts';

const { sandbox, start, run } = useContainers();
const shared = join(sandbox.directory, 'shared');

beforeAll(() => {
  if (process.getuid?.() !== 0) return;
  prepare(sandbox);
  mkdirSync(join(shared, 'nested'));
  writeFileSync(join(shared, 'file'), 'from the host\n');
});

/** Device and inode: the very same file. */
const identity = (path: string) => {
  const { dev, ino } = statSync(path);
  return `${dev}:${ino}`;
};

const refused = (why: RegExp) => ({ code: 125, stderr: expect.stringMatching(why) as unknown });

describe('a bind mount', () => {
  it('shows the very files of the host, which both sides can write', async () => {
    const container = await start(`-v ${shared}:/data -v ${shared}/file:/etc/motd`);
    expect(identity(container.file('/data'))).toBe(identity(shared));
    expect(identity(container.file('/etc/motd'))).toBe(identity(join(shared, 'file')));
    expect((await container.shell('echo inside > /data/new; stat -c %a /data/new')).stdout).toBe('600\n');
    expect(readFileSync(join(shared, 'new'), 'utf8')).toBe('inside\n');
    rmSync(join(shared, 'new'));
    expect(existsSync(container.file('/data/new'))).toBe(false);
  });

  it('with ro refuses to be written, what is mounted on the source as well, while the host may write', async () => {
    await sandbox.sh(`mount -t tmpfs nested ${shared}/nested`);
    const container = await start(`-v ${shared}:/ro:ro --mount type=bind,src=${shared},dst=/mro,readonly`);
    await sandbox.sh(`umount ${shared}/nested`);
    for (const point of ['/ro', '/ro/nested', '/mro', '/mro/nested']) {
      expect(container.mountOptions(point), point).toContain('ro');
      const { code, stderr } = await container.shell(`touch ${point}/x`);
      expect({ code, stderr }, point).toEqual({ code: 1, stderr: expect.stringContaining('Read-only') });
    }
    writeFileSync(join(shared, 'later'), '');
    expect(existsSync(container.file('/ro/later'))).toBe(true);
    rmSync(join(shared, 'later'));
  });

  it('of a source that is missing is made with -v, and refused with --mount', async () => {
    const container = await start(`-v ${shared}/made/here:/data`);
    expect(identity(container.file('/data'))).toBe(identity(join(shared, 'made/here')));
    await container.kill();
    rmSync(join(shared, 'made'), { recursive: true });
    const { code, stderr } = await run(`--mount type=bind,src=${shared}/none,dst=/data lab true`);
    expect({ code, stderr }).toEqual(refused(/has no .*shared\/none\n(.*\n)*.*remedy: /));
  });
});

describe('a volume', () => {
  const data = join(sandbox.root, 'volumes/data');
  /** What a run leaves on purpose. */
  const remove = () => rmSync(data, { recursive: true });

  it('with a name starts with what the image has there, once, and outlives containers', async () => {
    const container = await start('-v data:/lab/shared');
    const files = join(data, '_data');
    expect(identity(container.file('/lab/shared'))).toBe(identity(files));
    const { mode, uid, gid } = statSync(files);
    expect([mode.toString(8), uid, gid]).toEqual(['42770', 0, 2000]);
    const copied = lstatSync(join(files, 'hello.txt'));
    expect([copied.mode.toString(8), copied.gid]).toEqual(['100660', 2000]);
    await container.shell('echo changed > /lab/shared/hello.txt; rm -rf /lab/shared/none');
    await container.kill();
    expect((await run('-v data:/lab/shared:ro lab cat /lab/shared/hello.txt')).stdout).toBe('changed\n');
    // At another place of the image it is not filled again.
    expect((await run('--mount src=data,dst=/lab/notes lab ls /lab/notes')).stdout).toBe('hello.txt\n');
    remove();
  });

  it('with nocopy starts empty, with ro cannot be written', async () => {
    const container = await start('-v data:/lab/shared:ro,nocopy');
    expect(readdirSync(join(data, '_data'))).toEqual([]);
    expect((await container.shell('touch /lab/shared/x')).stderr).toContain('Read-only');
    await container.kill();
    remove();
  });

  it('that somebody made by hand is never removed, however the run ends', async () => {
    mkdirSync(join(data, '_data'), { recursive: true });
    writeFileSync(join(data, '_data/theirs'), 'kept\n');
    const failing = ['--inject', 'exec:execve=EIO', '-v', 'data:/lab/shared', 'lab', 'true'];
    for (const words of [failing, failing, ['-v', 'data:/lab/shared', 'lab', 'true']]) await run(words);
    expect(readFileSync(join(data, '_data/theirs'), 'utf8')).toBe('kept\n');
    remove();
  });

  it('without a name goes with the container', async () => {
    const container = await start('-v /lab/notes');
    const [source = ''] = readdirSync(join(sandbox.root, 'volumes'));
    expect(source).toMatch(/^[0-9a-f]{64}$/);
    expect(identity(container.file('/lab/notes'))).toBe(
      identity(join(sandbox.root, 'volumes', source, '_data')),
    );
    expect(readdirSync(container.file('/lab/notes'))).toEqual(['new.txt']);
  });
});

describe('memory as a filesystem', () => {
  it('--tmpfs, --mount type=tmpfs and --shm-size have the size, mode and options that were given', async () => {
    const container = await start(
      '--tmpfs /a:size=2m,mode=700,uid=1000,exec --tmpfs /b --mount type=tmpfs,dst=/c,tmpfs-size=3m,tmpfs-mode=1770 --shm-size 5m',
    );
    const bytes = (path: string) => {
      const { bsize, blocks } = statfsSync(container.file(path));
      return bsize * blocks;
    };
    expect(['/a', '/c', '/dev/shm'].map(bytes)).toEqual([2 << 20, 3 << 20, 5 << 20]);
    const a = statSync(container.file('/a'));
    expect([a.mode.toString(8), a.uid]).toEqual(['40700', 1000]);
    expect(statSync(container.file('/c')).mode.toString(8)).toBe('41770');
    expect(container.mountOptions('/a')).not.toContain('noexec');
    expect(container.mountOptions('/b')).toEqual(expect.arrayContaining(['rw', 'nosuid', 'nodev', 'noexec']));
    const { stderr } = await container.shell('dd if=/dev/zero of=/dev/shm/x bs=1M count=6');
    expect(stderr).toContain('No space left');
  });
});

describe('--read-only', () => {
  it('protects the root filesystem, and leaves tmpfs, volumes and binds on it writable', async () => {
    const container = await start(`--read-only --tmpfs /tmp -v ${shared}:/data -v /lab/notes`);
    expect(container.mountOptions('/')).toContain('ro');
    for (const path of ['/x', '/etc/x', '/lab/x', '/sys/x', '/proc/sys/kernel/domainname'])
      expect((await container.shell(`echo > ${path}`)).stderr, path).toMatch(/Read-only|denied|nonexistent/);
    const writable = ['/tmp/x', '/data/x', '/lab/notes/x', '/dev/shm/x'];
    expect((await container.shell(`touch ${writable.join(' ')}`)).stderr).toBe('');
    rmSync(join(shared, 'x'));
  });
});

describe('a mount target that goes through a symlink of the image', () => {
  it('stays inside the root filesystem, wherever the symlink points', async () => {
    const victim = join(sandbox.directory, 'victim');
    mkdirSync(victim);
    await importRootfs(sandbox, 'evil', [
      { name: 'evil', type: 'symlink', linkname: '/etc' },
      { name: 'up', type: 'symlink', linkname: '../../../../../../..' },
      { name: 'host', type: 'symlink', linkname: victim },
      { name: 'loop', type: 'symlink', linkname: '/loop' },
    ]);
    const etc = readdirSync('/etc');
    const binds = ['/evil/inside', '/up/made', '/host', '/host/deep/er'].flatMap((to) => [
      '-v',
      `${shared}:${to}`,
    ]);
    mkdirSync(join(shared, 'deep'));
    const flags = [...binds, '-v', 'copied:/evil', '--tmpfs', '/up/etc/more'];
    const files = '/etc/inside/file /made/file /host/file /host/deep/er/file';
    const { stdout, stderr } = await run([...flags, 'evil', 'cat', ...files.split(' ')]);
    expect({ stdout, stderr }).toEqual({ stdout: 'from the host\n'.repeat(4), stderr: '' });
    expect(readdirSync(victim)).toEqual([]);
    expect(readdirSync('/etc')).toEqual(etc);
    expect(existsSync('/made')).toBe(false);
    // The volume was filled from the image's /etc, not from the host's.
    expect(readdirSync(join(sandbox.root, 'volumes/copied/_data'))).not.toContain('shadow');
    expect(await run(`-v ${shared}:/loop/x evil true`)).toMatchObject(refused(/ELOOP/));
    for (const left of [victim, join(shared, 'deep'), join(sandbox.root, 'volumes/copied')])
      rmSync(left, { recursive: true });
  });

  it('is refused with 125 where the image made a symlink of /proc', async () => {
    await importRootfs(sandbox, 'proc', [
      { name: 'elsewhere', type: 'directory' },
      { name: 'proc', type: 'symlink', linkname: 'elsewhere' },
    ]);
    expect(await run('proc true')).toMatchObject(
      refused(/\/proc of this image is a symlink[\s\S]*elsewhere/),
    );
  });
});
