import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { joinNames, leaveNames, renameMember, withMembers } from '../../../core/network/members.ts';
import { containerFiles, members } from '../../../core/paths.ts';

const web = { address: '10.9.0.10', names: ['web', 'www'] };
const db = { address: '10.9.0.9', names: ['db', 'db'] };
const block = '# tsstep: containers of its networks\n10.9.0.9\tdb\n10.9.0.10\tweb www\n# tsstep: end\n';

describe('a hosts file', () => {
  it('has the members by address, each name once, behind what was there', () => {
    expect(withMembers('127.0.0.1\tlocalhost\n', [web, db])).toBe(`127.0.0.1\tlocalhost\n${block}`);
    expect(withMembers('127.0.0.1\tlocalhost', [])).toBe('127.0.0.1\tlocalhost\n');
  });

  it('keeps what the container has written around the members, and mends a block without an end', () => {
    const before = `127.0.0.1\tlocalhost\n${block}10.0.0.1\tmine\n`;
    expect(withMembers(before, [])).toBe('127.0.0.1\tlocalhost\n10.0.0.1\tmine\n');
    expect(withMembers(before, [web, db])).toBe(before);
    expect(withMembers('a\n# tsstep: containers of its networks\nrubbish', [])).toBe('a\n');
  });
});

describe('the members of a network', () => {
  let root: string;
  const [one, two] = ['11'.repeat(32), '22'.repeat(32)];
  const hosts = (id: string): string => containerFiles(root, id).hosts;
  const read = (id: string): string => readFileSync(hosts(id), 'utf8');
  const join1 = async (holder: string, network: string, address: string, names: string[]) =>
    await joinNames({ root, run: root }, { network, holder, address, names });

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tsstep-members-'));
    for (const id of [one, two]) {
      mkdirSync(containerFiles(root, id).directory, { recursive: true });
      writeFileSync(hosts(id), 'localhost\n');
    }
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('know each other, in the same file as before, until one leaves', async () => {
    const { ino } = statSync(hosts(one));
    await join1(one, 'ts-a', '10.9.0.2', ['web']);
    await join1(two, 'ts-a', '10.9.0.3', ['db', 'store']);
    expect(read(one)).toMatch(/\n10\.9\.0\.2\tweb\n10\.9\.0\.3\tdb store\n/);
    expect(read(two)).toBe(read(one));
    await renameMember({ root, run: root }, two, 'db', 'base');
    expect(read(one)).toContain('10.9.0.3\tbase store\n');
    await leaveNames({ root, run: root }, 'ts-a', two);
    expect(read(one)).not.toContain('10.9.0.3');
    expect(read(two)).toBe('localhost\n');
    expect(statSync(hosts(one)).ino).toBe(ino);
    await leaveNames({ root, run: root }, 'ts-a', one);
    await leaveNames({ root, run: root }, 'ts-a', one);
    expect(statSync(members(root), { throwIfNoEntry: false })).toBeUndefined();
  });

  it('of two networks are not mixed, but for who is in both; one without files does no harm', async () => {
    await join1(one, 'ts-a', '10.9.0.2', ['web']);
    await join1(one, 'ts-b', '10.8.0.2', ['web']);
    await join1(two, 'ts-b', '10.8.0.3', ['db']);
    await join1('33'.repeat(32), 'ts-a', '10.9.0.9', ['gone']);
    expect(read(one)).toMatch(/10\.8\.0\.2\tweb\n10\.8\.0\.3\tdb\n10\.9\.0\.2\tweb\n10\.9\.0\.9\tgone\n/);
    expect(read(two)).not.toMatch(/10\.9|gone/);
  });

  it('empty a hosts file that a container has blown up, instead of reading it', async () => {
    writeFileSync(hosts(one), 'x'.repeat(2 * 1024 ** 2));
    await join1(one, 'ts-a', '10.9.0.2', ['web']);
    expect(read(one).length).toBeLessThan(200);
  });
});
