/** The root filesystem without any mount of the person's: layers, /dev, and the kernel's own filesystems. */
import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useContainers } from '../support/containers.ts';
import { layer, rootfs, writeLayout } from '../support/layout.ts';

const { sandbox, start, run } = useContainers();

describe('/dev', () => {
  it('has docker’s devices, and no other file', async () => {
    const container = await start();
    const nodes = readdirSync(container.file('/dev'))
      .sort()
      .map((name) => {
        const stat = lstatSync(container.file(`/dev/${name}`));
        const numbers = stat.isCharacterDevice() ? ` ${stat.rdev >> 8}:${stat.rdev & 255}` : '';
        return `${name} ${stat.mode.toString(8)}${numbers}`;
      });
    expect(nodes).toEqual([
      // A link to what this kernel may not have.
      ...(existsSync('/proc/kcore') ? ['core 120777'] : []),
      'fd 120777',
      'full 20666 1:7',
      'mqueue 41777',
      'null 20666 1:3',
      'ptmx 120777',
      'pts 40755',
      'random 20666 1:8',
      'shm 41777',
      'stderr 120777',
      'stdin 120777',
      'stdout 120777',
      'tty 20666 5:0',
      'urandom 20666 1:9',
      'zero 20666 1:5',
    ]);
    const mine = statSync(container.file('/dev/pts')).dev;
    expect(mine).not.toBe(statSync('/dev/pts').dev);
    expect((await container.shell('head -c 3 /dev/zero | xxd -p; echo > /dev/full')).stdout).toBe('000000\n');
  });

  it('may have more nodes, but the cgroup lets no device be opened that is not one of docker’s', async () => {
    // A disk, a fuse mount and a tunnel: what root could open without any capability, were it not for the cgroup.
    const [, major, minor] =
      /^ +(\d+) +(\d+) +[1-9]\d* /m.exec(readFileSync('/proc/partitions', 'utf8')) ?? [];
    const disk = major === undefined ? '' : `mknod /d b ${major} ${minor}; head -c1 /d && echo opened;`;
    const others = 'for m in 200 229 237; do mknod /c$m c 10 $m; (: < /c$m) && echo opened $m; done;';
    const { stdout, stderr } = await run([
      'lab',
      'sh',
      '-c',
      `${disk} ${others} mknod /n c 1 3; : < /n && echo fine`,
    ]);
    expect(stdout).toBe('fine\n');
    expect(stderr).toMatch(/Operation not permitted/);
  });
});

describe('the kernel’s filesystems', () => {
  it('are the container’s own: masked paths are empty, /proc/sys and /sys cannot be written', async () => {
    const container = await start();
    expect(readdirSync(container.file('/proc')).filter((name) => /^\d+$/.test(name))).toEqual(['1']);
    const masked = ['/proc/kcore', '/proc/keys', '/proc/timer_list', '/proc/interrupts'].filter((path) =>
      existsSync(path),
    );
    expect(masked.length).toBeGreaterThan(0);
    for (const path of masked) expect(statSync(container.file(path)).rdev, path).toBe(0x103);
    const emptied = ['/proc/acpi', '/proc/scsi', '/proc/asound', '/sys/firmware'].filter((path) =>
      existsSync(path),
    );
    for (const path of emptied) expect(readdirSync(container.file(path)), path).toEqual([]);
    for (const point of [
      '/proc/sys',
      '/proc/irq',
      '/proc/bus',
      '/proc/fs',
      '/proc/sysrq-trigger',
      '/sys',
    ].filter((path) => existsSync(path)))
      expect(container.mountOptions(point), point).toContain('ro');
    for (const path of ['/proc/sys/kernel/hostname', '/sys/kernel/mm/ksm/run'].filter((path) =>
      existsSync(path),
    ))
      expect((await container.shell(`echo 1 > ${path}`)).stderr, path).toContain('Read-only');
  });

  it('the old root is gone: nothing of the host’s mounts is left in the container’s list', async () => {
    const container = await start();
    const lines = container.proc('mountinfo').split('\n').filter(Boolean);
    const roots = lines.filter((line) => line.split(' ')[4] === '/');
    expect(roots).toHaveLength(1);
    expect(roots[0]).toContain(' - overlay ');
    const real = lines.filter((line) => / - (ext4|xfs|btrfs) /.test(line)).map((line) => line.split(' ')[4]);
    expect(real).toEqual(['/etc/resolv.conf', '/etc/hostname', '/etc/hosts']);
  });
});

describe('an image of more than 40 layers', () => {
  it('is loaded, mounted, and shows files of its lowest and its topmost layer', async () => {
    const base = await layer(
      ...rootfs({ name: 'lowest', content: 'lowest' }, { name: 'every', content: '0' }),
    );
    const others = await Promise.all(
      Array.from({ length: 44 }, (_, i) =>
        layer({ name: `layer${i + 1}`, content: '' }, { name: 'every', content: String(i + 1) }),
      ),
    );
    const layout = writeLayout(join(sandbox.directory, 'many'), 'many:1', [base, ...others]);
    expect((await sandbox.tsstep(['load', '-i', layout])).stdout).toBe('Loaded image: many:1\n');
    const { code, stdout } = await run([
      'many:1',
      '/bin/sh',
      '-c',
      'read a < /lowest; read b < /every; echo $a $b /layer*; read line < /proc/mounts; echo "$line"',
    ]);
    expect(code).toBe(0);
    const [names, mount] = stdout.split('\n');
    expect(names?.split(' ').slice(0, 2)).toEqual(['lowest', '44']);
    expect(names?.split(' ')).toHaveLength(46);
    expect(mount).toMatch(/^overlay \/ /);
    expect(mount?.match(/lowerdir=([^,]*)/)?.[1]?.split(':')).toHaveLength(45);
  });
});
