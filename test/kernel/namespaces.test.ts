/** Which namespaces a container has of its own and which it shares: by the inode behind /proc/<pid>/ns. */
import { readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { useContainers } from '../support/containers.ts';

const { sandbox, start, run } = useContainers();
const kinds = ['mnt', 'uts', 'ipc', 'net', 'pid', 'cgroup'];
const host = (kind: string) => readlinkSync(`/proc/${sandbox.holder}/ns/${kind}`);

/** Of the kinds, those whose namespace is the host's. */
const shared = (pid: number) =>
  kinds.filter((kind) => readlinkSync(`/proc/${pid}/ns/${kind}`) === host(kind));

describe('without flags', () => {
  it('a container has a new namespace of every kind but user and time', async () => {
    const container = await start();
    expect(shared(container.pid)).toEqual([]);
    for (const kind of ['user', 'time']) expect(container.namespace(kind), kind).toBe(host(kind));
    // Its children would be in the namespaces that it is in: none is made for them only (unshare(2), CLONE_NEWPID).
    for (const kind of ['pid', 'time'])
      expect(container.namespace(`${kind}_for_children`)).toBe(container.namespace(kind));
    expect(container.status('NSpid')).toEqual([String(container.pid), '1']);
  });

  it('two containers share none with each other', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    for (const kind of kinds) expect(one.namespace(kind), kind).not.toBe(two.namespace(kind));
  });

  it('no mount is a peer of the host’s, although the host’s root is shared', async () => {
    expect(mountinfo(sandbox.holder).some((line) => / \/ .* shared:\d+ /.test(line))).toBe(true);
    const { pid } = await start();
    const fields = mountinfo(pid).map((line) => line.split(' - ')[0]);
    expect(fields.length).toBeGreaterThan(15);
    expect(fields.filter((line) => /(shared|master|propagate_from):/.test(line ?? ''))).toEqual([]);
  });

  it('a mount made in the container does not appear on the host, nor the other way round', async () => {
    const container = await start(['--cap-add', 'SYS_ADMIN', '-v', `${sandbox.directory}:/shared`]);
    const before = mountinfo(sandbox.holder).length;
    const { code, stderr } = await container.shell('mkdir /shared/in && mount -t tmpfs inside /shared/in');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(container.mounts('/shared/in')).toHaveLength(1);
    expect(mountinfo(sandbox.holder)).toHaveLength(before);
    await sandbox.sh(`mkdir ${sandbox.directory}/out && mount -t tmpfs outside ${sandbox.directory}/out`);
    expect(container.mounts('/shared/out')).toEqual([]);
    await sandbox.sh(`umount ${sandbox.directory}/out`);
    for (const name of ['in', 'out'])
      rmSync(`${sandbox.directory}/${name}`, { recursive: true, force: true });
  });
});

describe('with a mode host', () => {
  it.for([
    ['--network host', 'net'],
    ['--pid host', 'pid'],
    ['--ipc host', 'ipc'],
    ['--uts host', 'uts'],
  ] as const)('%s shares that namespace and no other', async ([flag, kind]) => {
    const { pid } = await start(flag);
    expect(shared(pid)).toEqual([kind]);
  });

  it('--pid host shows the host’s processes, and the command is not PID 1', async () => {
    const container = await start('--pid host');
    expect(container.status('NSpid')).toEqual([String(container.pid)]);
    expect(statSync(container.file(`/proc/${sandbox.holder}`)).isDirectory()).toBe(true);
    expect((await container.kill()).code).toBe(137);
  });

  it('--ipc host shows the host’s /dev/shm, --uts host keeps the host’s name', async () => {
    const container = await start('--ipc host --uts host');
    expect(statSync(container.file('/dev/shm')).dev).toBe(statSync('/dev/shm').dev);
    const { stdout } = await container.shell('hostname');
    expect(stdout).toBe(readFileSync('/proc/sys/kernel/hostname', 'utf8'));
  });
});

describe('with --network none', () => {
  it('a container has a loopback that is up, no other link and no route', async () => {
    const container = await start('--network none');
    expect(shared(container.pid)).toEqual([]);
    expect(
      container
        .proc('net/dev')
        .match(/^ *\w+(?=:)/gm)
        ?.map((name) => name.trim()),
    ).toEqual(['lo']);
    expect(await container.network('ip -o -4 addr show up dev lo')).toContain('127.0.0.1/8');
    expect(await container.network('ip -4 route')).toBe('');
  });
});

describe('with another container’s namespaces', () => {
  it('the two have the same ones of the kinds asked for, and differ in all others', async () => {
    const peer = await start('--name peer');
    for (const [flag, kind] of [
      ['network', 'net'],
      ['pid', 'pid'],
      ['ipc', 'ipc'],
    ]) {
      const guest = await start(`--${flag} container:peer`);
      const same = kinds.filter((one) => guest.namespace(one) === peer.namespace(one));
      expect(same, flag).toEqual([kind]);
      await guest.kill();
    }
  });

  it('--pid container:… sees the other’s PID 1 and is killed with it', async () => {
    const peer = await start('--name peer');
    const guest = await start('--pid container:peer');
    expect(guest.status('NSpid')).toHaveLength(2);
    expect(guest.status('NSpid')[1]).not.toBe('1');
    expect(readFileSync(guest.file('/proc/1/environ'), 'utf8')).toBe(peer.proc('environ'));
    await peer.kill();
    expect((await guest.run.ended).code).toBe(137);
  });

  it('--ipc container:… sees the very file that the other wrote to /dev/shm, and its message queues', async () => {
    const peer = await start('--name peer');
    const guest = await start('--ipc container:peer');
    writeFileSync(peer.file('/dev/shm/note'), 'from the peer');
    expect(readFileSync(guest.file('/dev/shm/note'), 'utf8')).toBe('from the peer');
    for (const path of ['/dev/shm/note', '/dev/shm', '/dev/mqueue']) {
      const [one, two] = [statSync(peer.file(path)), statSync(guest.file(path))];
      expect([one.dev, one.ino], path).toEqual([two.dev, two.ino]);
    }
    const stranger = await start();
    expect(() => statSync(stranger.file('/dev/shm/note'))).toThrow('ENOENT');
  });

  it('by ID as well as by name; one that is gone is refused with 125', async () => {
    const peer = await start();
    const [id] = (await sandbox.tsstep(['ps', '-q'])).stdout.split('\n');
    const guest = await start(`--network container:${id}`);
    expect(guest.namespace('net')).toBe(peer.namespace('net'));
    await guest.kill();
    await peer.kill();
    for (const flag of ['--network', '--pid', '--ipc']) {
      const { code, stderr } = await run(`${flag} container:${id} lab true`);
      expect({ code, stderr }, flag).toEqual({
        code: 125,
        stderr: expect.stringMatching(/why: .*\n.*remedy: /),
      });
    }
  });
});

const mountinfo = (pid: number) => readFileSync(`/proc/${pid}/mountinfo`, 'utf8').split('\n').filter(Boolean);
