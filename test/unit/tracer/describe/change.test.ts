import { describe, expect, test } from 'vitest';
import { describeChange, describeChanges } from '../../../../tracer/describe/change.ts';
import { diff } from '../../../../tracer/diff.ts';
import type { Snapshot, Tree } from '../../../../tracer/snapshot.ts';

const wide = { width: 120, limit: 40 };
const container = (sections: Record<string, Tree>): Snapshot => ({
  host: { sysctl: { a: '0' } },
  container: { uts: { name: 'x' }, ...sections },
  known: { run: 1 },
});
const lines = (before: Record<string, Tree>, after: Record<string, Tree>, format = wide) =>
  describeChanges(diff(container(before), container(after)), format);
const mount = (fstype: string): Tree => ({ fstype, source: fstype, options: 'rw' });
const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`/mnt/${index}`, mount('ext4')]));

describe('changes', () => {
  test('are shown with a mark, a path and a value', () => {
    expect(lines({ process: { cwd: '/', tty: 'none' } }, { process: { cwd: '/srv', ppid: 1 } })).toEqual([
      '~ container.process.cwd  / → /srv',
      '+ container.process.ppid  1',
      '- container.process.tty  none',
    ]);
  });

  test('of one new mount are one line', () => {
    expect(
      lines({ mounts: { '/': mount('ext4') } }, { mounts: { '/': mount('ext4'), '/proc': mount('proc') } }),
    ).toEqual(['+ container.mounts./proc  fstype proc, source proc, options rw']);
  });

  test('of thirty mounts that go at once are counted and named on one line of the given width', () => {
    const shown = lines(
      { mounts: { '/': mount('ext4'), ...many } },
      { mounts: { '/': mount('overlay'), '/proc': mount('proc') } },
    );
    expect(shown[0]).toMatch(/^- container\.mounts {2}30 mounts: \/mnt\/0, \/mnt\/1, .*…$/);
    expect(shown[0]).toHaveLength(120);
    expect(shown.slice(1)).toEqual([
      '~ container.mounts./  fstype ext4 → overlay, source ext4 → overlay',
      '+ container.mounts./proc  fstype proc, source proc, options rw',
    ]);
  });

  test('of a record too long for one line go on in indented lines', () => {
    expect(
      lines(
        { mounts: { '/': mount('ext4') } },
        { mounts: { '/': mount('ext4'), '/proc': mount('proc') } },
        { width: 42, limit: 9 },
      ),
    ).toEqual(['+ container.mounts./proc  fstype proc,', '    source proc, options rw']);
  });

  test('of a capability set show what was lost', () => {
    expect(
      lines(
        { identity: { CapBnd: { names: 'CHOWN,KILL,SYS_ADMIN,BPF' } } },
        { identity: { CapBnd: { names: 'CHOWN,KILL' } } },
      ),
    ).toEqual(['~ container.identity.CapBnd.names  lost SYS_ADMIN,BPF']);
  });

  test('of a file of several lines show the lines that are new', () => {
    const hosts = '127.0.0.1\tlocalhost\n::1\tlocalhost\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters';
    expect(lines({ files: { hosts } }, { files: { hosts: `${hosts}\n172.30.0.2\tbox` } })).toEqual([
      '~ container.files.hosts  gained 172.30.0.2\\tbox',
    ]);
  });

  test('of a record in a record, such as a link’s addresses, stand with it', () => {
    const link = { index: 3, state: 'up', inet: { '172.30.0.1/24': 'global', '10.0.0.1/8': 'global' } };
    expect(lines({ links: {} }, { links: { br0: link } })).toEqual([
      '+ container.links.br0  index 3, state up, inet 172.30.0.1/24 global, inet 10.0.0.1/8 global',
    ]);
  });

  test('have the short names of those who show them before they are broken into lines', () => {
    const shown = describeChanges(
      diff(container({ mounts: {} }), container({ mounts: { '/state/merged': mount('overlay') } })),
      { width: 60, limit: 9, abbreviate: (text) => text.replace('/state', '$ROOT') },
    );
    expect(shown).toEqual([
      '+ container.mounts.$ROOT/merged  fstype overlay,',
      '    source overlay, options rw',
    ]);
  });

  test('beyond the limit are counted', () => {
    const environ = (value: string) =>
      Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`V${index}`, value]));
    const shown = lines({ environ: environ('a') }, { environ: environ('b') }, { width: 80, limit: 4 });
    expect(shown).toHaveLength(4);
    expect(shown.at(-1)).toBe('  … 6 more changes');
  });

  test('of a section that was empty do not mention that it was', () => {
    expect(lines({ fds: {} }, { fds: { 0: '/dev/null (r)' } })).toEqual(['+ container.fds.0  /dev/null (r)']);
    expect(lines({}, { fds: {} })).toEqual(['+ container.fds  (none)']);
  });

  test('cannot move the cursor', () => {
    expect(
      describeChange({ kind: 'add', path: ['host', 'files', 'a\u001b[2J'], after: 'x\ny\u0007\u009b' }),
    ).toBe('+ host.files.a\\u001b[2J  x⏎y\\u0007�');
  });

  test('name the container’s directories as strace lines do, and ids by their first digits', () => {
    const directory = `/var/lib/tsstep/containers/${'ab'.repeat(32)}`;
    const path = ['container', 'mounts', `${directory}/merged/proc`, 'data'];
    expect(describeChange({ kind: 'add', path, after: `lowerdir=l/a,upperdir=${directory}/upper` })).toBe(
      '+ container.mounts.<rootfs>/proc.data  lowerdir=l/a,upperdir=<upper>',
    );
    expect(describeChange({ kind: 'add', path: ['known', 'id'], after: 'ab'.repeat(32) })).toBe(
      '+ known.id  abababababab',
    );
  });

  test('that are none are no lines', () => {
    expect(lines({}, {})).toEqual([]);
  });
});
