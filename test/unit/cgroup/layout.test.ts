import { describe, expect, it } from 'vitest';
import { groupPaths } from '../../../core/cgroup/group.ts';
import { layoutOf } from '../../../core/cgroup/layout.ts';

const line = (point: string, fstype: string, options: string, root = '/') =>
  `30 25 0:26 ${root} ${point} rw,nosuid shared:4 - ${fstype} ${fstype} ${options}`;
const none = () => '';

describe('the layout of control groups', () => {
  it('is v2 where one cgroup2 filesystem is mounted', () => {
    const mountinfo = [line('/', 'ext4', 'rw'), line('/sys/fs/cgroup', 'cgroup2', 'rw,nsdelegate')].join(
      '\n',
    );
    expect(layoutOf(mountinfo, () => 'cpuset cpu io memory pids\n')).toEqual({
      version: 2,
      mount: '/sys/fs/cgroup',
      controllers: ['cpuset', 'cpu', 'io', 'memory', 'pids'],
    });
  });

  it('is hybrid where the controllers are on v1', () => {
    const mountinfo = [
      line('/sys/fs/cgroup/unified', 'cgroup2', 'rw'),
      line('/sys/fs/cgroup/systemd', 'cgroup', 'rw,xattr,release_agent=/lib/agent,name=systemd'),
      line('/sys/fs/cgroup/cpu,cpuacct', 'cgroup', 'rw,cpu,cpuacct'),
      line('/sys/fs/cgroup/memory', 'cgroup', 'rw,memory'),
    ].join('\n');
    const layout = layoutOf(mountinfo, none);
    expect(layout).toEqual({
      version: 1,
      hierarchies: {
        'name=systemd': '/sys/fs/cgroup/systemd',
        cpu: '/sys/fs/cgroup/cpu,cpuacct',
        cpuacct: '/sys/fs/cgroup/cpu,cpuacct',
        memory: '/sys/fs/cgroup/memory',
      },
      unified: '/sys/fs/cgroup/unified',
    });
    expect(groupPaths(layout, 'x')).toEqual([
      '/sys/fs/cgroup/systemd/tsstep/x',
      '/sys/fs/cgroup/cpu,cpuacct/tsstep/x',
      '/sys/fs/cgroup/memory/tsstep/x',
      '/sys/fs/cgroup/unified/tsstep/x',
    ]);
  });

  it('is v2 where v1 has only a named hierarchy', () => {
    const mountinfo = [
      line('/sys/fs/cgroup/systemd', 'cgroup', 'rw,name=systemd'),
      line('/sys/fs/cgroup', 'cgroup2', 'rw'),
    ].join('\n');
    expect(layoutOf(mountinfo, () => 'memory').version).toBe(2);
  });

  it('prefers the usual place where a hierarchy is mounted twice, and reads escaped paths', () => {
    const mountinfo = [
      line('/mnt/my\\040cgroups', 'cgroup', 'rw,pids'),
      line('/mnt/a\\040b', 'cgroup', 'rw,memory'),
      line('/sys/fs/cgroup/memory', 'cgroup', 'rw,memory'),
    ].join('\n');
    expect(layoutOf(mountinfo, none)).toEqual({
      version: 1,
      hierarchies: { memory: '/sys/fs/cgroup/memory', pids: '/mnt/my cgroups' },
    });
  });

  it('is an error with a remedy where there is none', () => {
    expect(() => layoutOf(line('/', 'ext4', 'rw'), none)).toThrow(/no control groups are mounted/);
  });
});
