import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { knownTree } from '../../../../tracer/known.ts';
import { everything, observe } from '../../../../tracer/observe.ts';
import { mountTree, parseMountinfo } from '../../../../tracer/probes/mounts.ts';
import { parseRuleset } from '../../../../tracer/probes/nft.ts';
import { ip } from '../../../../tracer/probes/sockets.ts';
import { emptySnapshot } from '../../../../tracer/snapshot.ts';
import { contextOf } from './support.ts';

const id = 'b'.repeat(64);

describe('the host', () => {
  test('is read although there is no container yet', async () => {
    const { snapshot, nanoseconds } = await observe(contextOf({}), everything, emptySnapshot);
    expect(snapshot.container).toEqual({});
    expect(snapshot.host.links?.lo).toMatchObject({ kind: 'loopback', state: 'up' });
    expect(snapshot.host.sysctl?.['net.ipv4.ip_forward']).toMatch(/^[01]$/);
    expect(nanoseconds).toBeGreaterThan(0);
  });

  test('shows what tsstep made: small files as they are, those that may hold secrets by size only', async () => {
    const context = contextOf({ id, name: 'web' });
    const { root, run } = context.known.host;
    process.umask(0o022);
    mkdirSync(`${root}/containers/${id}/upper/etc`, { recursive: true });
    mkdirSync(`${root}/names`, { recursive: true });
    mkdirSync(`${run}/shares/bridge/holders`, { recursive: true });
    writeFileSync(`${root}/containers/${id}/hostname`, 'web\n');
    writeFileSync(`${root}/containers/${id}/config.json`, '{"env":["PASSWORD=hunter2"]}', { mode: 0o600 });
    writeFileSync(`${root}/containers/${id}/upper/etc/motd`, 'hi', { mode: 0o644 });
    writeFileSync(`${run}/shares/bridge/holders/${id}`, '');
    symlinkSync(id, `${root}/names/web`);
    const { snapshot } = await observe(context, ['host.files', 'host.overlay'], emptySnapshot);
    expect(snapshot.host.files).toEqual({
      container: {
        directory: 'directory 0755',
        hostname: 'web',
        'config.json': 'file 28 0600',
        upper: 'directory 0755',
      },
      names: { web: id },
      shares: { bridge: { holders: { [id]: '' } } },
    });
    expect(snapshot.host.overlay?.upper).toEqual({ etc: 'directory 0755', 'etc/motd': 'file 2 0644' });
  });

  test('shows who listens on a published port, and nobody after it is closed', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((listening) => server.once('listening', listening));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const context = contextOf({ ports: { '127.0.0.1:80/tcp': port } });
    expect((await observe(context, ['host.sockets'], emptySnapshot)).snapshot.host.sockets).toEqual({
      [`127.0.0.1:${port}/tcp`]: 'listening',
    });
    await new Promise((closed) => server.close(closed));
    expect((await observe(context, ['host.sockets'], emptySnapshot)).snapshot.host.sockets).toBeUndefined();
  });
});

describe('addresses of /proc/net', () => {
  test.each([
    ['0100007F', '127.0.0.1'],
    ['00000000', '0.0.0.0'],
    ['00000000000000000000000001000000', '[::1]'],
    ['000080FE00000000FF00FC0201000000', '[fe80::2fc:ff:0:1]'],
  ])('%s is %s', (hex, address) => {
    expect(ip(hex)).toBe(address);
  });
});

describe('a mount table', () => {
  const lines = [
    '22 1 0:21 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard',
    '23 22 0:22 /sub /a\\040b ro,relatime shared:2 master:1 propagate_from:3 - tmpfs none ro',
    '24 22 0:23 / /a\\040b rw - overlay overlay rw,lowerdir=l/a:l/b,upperdir=/u,workdir=/w',
    '25 22 0:24 / /dev/pts rw - devpts devpts rw',
  ];

  test('has the old root over the new one after pivot_root(".", "."), whatever the order of lines', () => {
    const pivoted = [
      '30 50 8:1 / / rw - ext4 /dev/sda rw',
      '31 30 0:5 / /proc rw - proc proc rw',
      '50 1 0:9 / / rw - overlay overlay rw',
      '51 50 0:6 / /proc rw,nosuid - proc proc rw',
    ];
    const tree = mountTree(parseMountinfo(pivoted.join('\n')));
    expect(Object.keys(tree)).toEqual(['/', '/#2', '/proc', '/proc#2']);
    expect(tree['/']).toMatchObject({ fstype: 'overlay' });
    expect(tree['/proc']).toMatchObject({ options: 'rw,nosuid' });
  });

  test('is keyed by mount point, a stacked one by number, and tells parts, propagation and options', () => {
    expect(mountTree(parseMountinfo(`${lines.join('\n')}\n`))).toEqual({
      '/': {
        fstype: 'ext4',
        source: '/dev/vda',
        options: 'rw,relatime',
        propagation: 'shared:1',
        data: 'discard',
      },
      '/a b': {
        fstype: 'tmpfs',
        source: 'none',
        options: 'ro,relatime',
        propagation: 'shared:2 master:1',
        part: '/sub',
        filesystem: 'ro',
      },
      '/a b#2': {
        fstype: 'overlay',
        source: 'overlay',
        options: 'rw',
        propagation: 'private',
        data: 'lowerdir=l/a:l/b,upperdir=/u,workdir=/w',
      },
      '/dev/pts': { fstype: 'devpts', source: 'devpts', options: 'rw', propagation: 'private' },
    });
  });
});

describe('a listing of nft', () => {
  test('is keyed by table, chain and rule, equal rules are numbered', () => {
    const listing = `table ip tsstep {
	map m {
		type inet_service : ipv4_addr
		elements = { 80 : 172.31.0.2 }
	}

	chain postrouting {
		type nat hook postrouting priority srcnat; policy accept;
		ip saddr 172.31.0.0/24 masquerade comment "a {"
		ip saddr 172.31.0.0/24 masquerade comment "a {"
	}
}
table ip6 other {
}
`;
    expect(parseRuleset(listing)).toEqual({
      'ip tsstep': {
        'map m': { 'type inet_service : ipv4_addr': true, 'elements = { 80 : 172.31.0.2 }': true },
        postrouting: {
          'type nat hook postrouting priority srcnat; policy accept;': true,
          'ip saddr 172.31.0.0/24 masquerade comment "a {"': true,
          'ip saddr 172.31.0.0/24 masquerade comment "a {" #2': true,
        },
      },
      'ip6 other': {},
    });
  });
});

describe('what is known', () => {
  test('is a record without arrays and without the host’s facts', () => {
    const { known } = contextOf({ id, user: { uid: 1, gid: 2, groups: [3, 4], home: '/' } });
    expect(knownTree(known)).toEqual({ id, user: { uid: 1, gid: 2, groups: { 0: 3, 1: 4 }, home: '/' } });
  });
});
