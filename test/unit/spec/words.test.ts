import { describe, expect, test } from 'vitest';
import type { RunFlags } from '../../../core/spec/flags.ts';
import type { Spec } from '../../../core/spec/types.ts';
import { warningsOf } from '../../../core/spec/warnings.ts';
import { parse, refusal } from './parse.ts';

const label63 = 'a'.repeat(63);

describe('the flags', () => {
  test('left away give docker’s defaults', () => {
    expect(parse({})).toEqual({
      image: 'lab',
      command: [],
      tty: false,
      interactive: false,
      rm: false,
      readOnly: false,
      network: 'bridge',
      pid: 'private',
      ipc: 'private',
      uts: 'private',
      publish: [],
      mounts: [],
      shmSize: 67108864,
      resources: {},
      env: [],
      groupAdd: [],
      labels: {},
      ulimits: [],
      capAdd: [],
      capDrop: [],
      noNewPrivileges: false,
      addHosts: [],
      dns: [],
    });
  });

  test('give a spec that survives JSON', () => {
    const spec = parse({
      name: 'ab',
      env: ['A=1', 'X'],
      publish: ['80'],
      volume: ['/a:/b'],
      ulimit: ['core=0'],
    });
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
  });

  test.each<[RunFlags, Partial<Spec>]>([
    [{ name: 'ab' }, { name: 'ab' }],
    [{ name: '/web_1.x-y' }, { name: 'web_1.x-y' }],
    [{ hostname: 'web-1.example.COM' }, { hostname: 'web-1.example.COM' }],
    [{ hostname: '1' }, { hostname: '1' }],
    [{ hostname: label63 }, { hostname: label63 }],
    [{ workdir: '/x/../y/' }, { workdir: '/y' }],
    [{ workdir: '/' }, { workdir: '/' }],
    [{ user: 'bob' }, { user: 'bob' }],
    [{ user: '1000:10' }, { user: '1000:10' }],
    [{ user: ':10' }, { user: ':10' }],
    [{ user: '2147483647' }, { user: '2147483647' }],
    [{ groupAdd: ['audio', '29'] }, { groupAdd: ['audio', '29'] }],
    [{ entrypoint: '' }, { entrypoint: '' }],
    [{ network: ['host'] }, { network: 'host' }],
    [{ net: ['none'] }, { network: 'none' }],
    [{ network: ['default'] }, { network: 'bridge' }],
    [{ network: ['none'], net: ['none'] }, { network: 'none' }],
    [{ network: ['container:web'] }, { network: { container: 'web' } }],
    [{ pid: 'host' }, { pid: 'host' }],
    [{ pid: 'container:x' }, { pid: { container: 'x' } }],
    [{ pid: '' }, { pid: 'private' }],
    [{ ipc: 'shareable' }, { ipc: 'private' }],
    [{ ipc: 'host' }, { ipc: 'host' }],
    [{ ipc: 'container:x' }, { ipc: { container: 'x' } }],
    [{ uts: 'host' }, { uts: 'host' }],
    [{ capAdd: ['net_admin', 'CAP_SYS_TIME', 'all'] }, { capAdd: ['NET_ADMIN', 'SYS_TIME', 'ALL'] }],
    [{ capDrop: ['ALL'] }, { capDrop: ['ALL'] }],
    [{ securityOpt: ['no-new-privileges'] }, { noNewPrivileges: true }],
    [{ securityOpt: ['no-new-privileges:true'] }, { noNewPrivileges: true }],
    [{ securityOpt: ['no-new-privileges=false'] }, { noNewPrivileges: false }],
    [{ securityOpt: ['seccomp=unconfined', 'apparmor:unconfined'] }, { noNewPrivileges: false }],
    [
      { addHost: ['db:10.0.0.5', 'a=1.2.3.4', 'b:::1', 'c:[::1]'] },
      {
        addHosts: [
          ['db', '10.0.0.5'],
          ['a', '1.2.3.4'],
          ['b', '::1'],
          ['c', '::1'],
        ],
      },
    ],
    [{ dns: [' 1.1.1.1', '::1'] }, { dns: ['1.1.1.1', '::1'] }],
    [{ ulimit: ['nofile=1024'] }, { ulimits: [{ resource: 'nofile', soft: 1024, hard: 1024 }] }],
    [
      { ulimit: ['nofile=5', 'core=0', 'nofile=1:-1'] },
      {
        ulimits: [
          { resource: 'nofile', soft: 1, hard: -1 },
          { resource: 'core', soft: 0, hard: 0 },
        ],
      },
    ],
    [{ ulimit: ['nproc=-1'] }, { ulimits: [{ resource: 'nproc', soft: -1, hard: -1 }] }],
    [{ name: '', hostname: '', workdir: '', user: '' }, {}],
    [
      { network: ['none'], hostname: 'a' },
      { network: 'none', hostname: 'a' },
    ],
    [
      { network: ['host'], hostname: 'a' },
      { network: 'host', hostname: 'a' },
    ],
  ])('%j are understood', (flags, expected) => {
    expect(parse(flags)).toEqual({ ...parse({}), ...expected });
  });

  test.each<[RunFlags, string, RegExp]>([
    ...['a', '_a', '-ab', 'a b', '//ab', 'é1'].map((name): [RunFlags, string, RegExp] => [
      { name },
      `--name "${name}"`,
      /two or more/,
    ]),
    ...['-web', 'web-', 'we_b', 'web.', '.web', 'we b', 'a..b'].map(
      (hostname): [RunFlags, string, RegExp] => [{ hostname }, `--hostname "${hostname}"`, /RFC 1123/],
    ),
    [{ hostname: `${label63}a` }, '--hostname', /63 are allowed/],
    [{ hostname: `${label63}.a` }, '--hostname', /the kernel keeps 64/],
    [{ workdir: 'x' }, '--workdir "x"', /absolute/],
    [{ user: 'a:b:c' }, '--user "a:b:c"', /no more/],
    [{ user: '2147483648' }, '--user "2147483648"', /range 0-2147483647/],
    [{ user: '-1' }, '--user "-1"', /range/],
    [{ user: 'bob:99999999999' }, '--user', /range/],
    [{ groupAdd: ['99999999999'] }, '--group-add', /range/],
    [{ groupAdd: [''] }, '--group-add ""', /neither/],
    [{ network: [''] }, '--network ""', /no name/],
    [{ network: ['my net'] }, '--network "my net"', /letters, digits/],
    [{ ip: '10.9.0.5' }, 'conflicting options: --ip and --network bridge', /user defined networks/],
    [{ networkAlias: ['db'], network: ['host'] }, 'conflicting options: --network-alias', /user defined/],
    [{ network: ['shop'], ip: 'fd00::1' }, '--ip "fd00::1"', /IPv4 only/],
    [{ network: ['shop'], networkAlias: ['a b'] }, '--network-alias "a b"', /white space/],
    [{ network: ['container:'] }, '--network "container:"', /no container behind/],
    [{ network: ['container'] }, '--network "container"', /no container behind/],
    [{ network: ['bridge'], net: ['none'] }, 'conflicting options', /one network only/],
    [{ pid: 'private' }, '--pid "private"', /invalid PID mode/],
    [{ pid: 'container:' }, '--pid "container:"', /no container behind/],
    [{ ipc: 'none' }, '--ipc "none"', /\/dev\/shm/],
    [{ ipc: 'bogus' }, '--ipc "bogus"', /invalid IPC mode/],
    [{ uts: 'private' }, '--uts "private"', /invalid UTS mode/],
    [{ uts: 'container:x' }, '--uts', /invalid UTS mode/],
    [{ capAdd: ['BOGUS'] }, '--cap-add "BOGUS"', /unknown capability CAP_BOGUS/],
    [{ capDrop: [''] }, '--cap-drop ""', /unknown capability/],
    [{ capAdd: ['CAP_ALL'] }, '--cap-add "CAP_ALL"', /unknown capability CAP_ALL/],
    [{ securityOpt: ['no-new-privileges=x'] }, '--security-opt', /true or false/],
    [{ securityOpt: ['seccomp=file.json'] }, '--security-opt', /no seccomp profiles/],
    [{ securityOpt: ['bogus'] }, '--security-opt "bogus"', /no such option/],
    [{ addHost: ['a'] }, '--add-host "a"', /name:address/],
    [{ addHost: [':1.2.3.4'] }, '--add-host', /name:address/],
    [{ addHost: ['a:bogus'] }, '--add-host', /"bogus" is not an IP address/],
    [{ addHost: ['a b:1.2.3.4'] }, '--add-host', /white space/],
    [{ addHost: ['a:host-gateway'] }, '--add-host', /not supported yet/],
    [{ dns: ['1.1.1'] }, '--dns "1.1.1"', /not an IP address/],
    [{ ulimit: ['nofile'] }, '--ulimit "nofile"', /no value/],
    [{ ulimit: ['as=1'] }, '--ulimit "as=1"', /"as" is not a limit/],
    [{ ulimit: ['NOFILE=1'] }, '--ulimit', /is not a limit/],
    [{ ulimit: ['nofile='] }, '--ulimit', /neither a whole number/],
    [{ ulimit: ['nofile=-2'] }, '--ulimit', /neither a whole number/],
    [{ ulimit: ['nofile=1:2:3'] }, '--ulimit', /no more/],
    [{ ulimit: ['nofile=2048:1024'] }, '--ulimit', /above the hard one/],
    [{ ulimit: ['nofile=-1:5'] }, '--ulimit', /above the hard one/],
    [{ ulimit: ['nofile=9223372036854775807'] }, '--ulimit', /too large/],
    [{ privileged: true }, '--privileged', /not supported yet/],
    [{ uts: 'host', hostname: 'a' }, 'conflicting options: --uts host and --hostname', /host’s/],
    [
      { network: ['container:x'], hostname: 'a' },
      'conflicting options: --network container:x and --hostname',
      /./,
    ],
    [
      { network: ['container:x'], publish: ['80'] },
      'conflicting options: --network container:x and --publish',
      /./,
    ],
    [{ network: ['container:x'], addHost: ['a:1.2.3.4'] }, 'conflicting options', /./],
    [{ network: ['container:x'], dns: ['1.1.1.1'] }, 'conflicting options', /./],
  ])('%j are refused', (flags, what, why) => {
    const failure = refusal(flags);
    expect(failure.what).toContain(what);
    expect(failure.why).toMatch(why);
  });

  test('suggest the capability that was probably meant', () => {
    expect(refusal({ capAdd: ['NETADMIN', 'ADMIN'] }).remedy).toMatch(/capabilities\(7\)/);
    expect(refusal({ capAdd: ['PTRACE'] }).remedy).toMatch(/did you mean SYS_PTRACE\?/);
    expect(refusal({ capAdd: ['NET_RAW,KILL'] }).remedy).toBe(
      'repeat the flag: --cap-add NET_RAW --cap-add KILL',
    );
  });

  test('name --cap-add as the way around --privileged', () => {
    expect(refusal({ privileged: true }).remedy).toMatch(/--cap-add/);
  });
});

describe('published ports', () => {
  test.each(['host', 'none'])('are discarded with --network %s, with a warning', (network) => {
    const flags = { network: [network], publish: ['80:80'] };
    expect(parse(flags).publish).toEqual([]);
    expect(warningsOf(flags)).toEqual([expect.stringMatching(/^published ports are discarded/)]);
  });

  test('are no reason to warn otherwise', () => {
    expect(warningsOf({ publish: ['80:80'] })).toEqual([]);
    expect(warningsOf({ network: ['host'] })).toEqual([]);
  });
});

test('a name server on the loopback is warned of where the loopback is the container’s own', () => {
  expect(warningsOf({ dns: ['127.0.0.53'] })).toEqual([expect.stringMatching(/own loopback/)]);
  expect(warningsOf({ dns: ['127.0.0.53'], network: ['host'] })).toEqual([]);
  expect(warningsOf({ dns: ['1.1.1.1'] })).toEqual([]);
});
