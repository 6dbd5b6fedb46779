/** One image, the same flags: what the kernel shows of pid 1 under `tsstep run` and under a real `docker run`. */
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { EventOf } from '../../tracer/events.ts';
import { type ContainerView, viewOf } from '../support/container-view.ts';
import { useDocker } from '../support/docker.ts';
import { useSandbox } from '../support/sandbox.ts';

const sandbox = useSandbox();
const docker = useDocker(sandbox);

const runs: Readonly<Record<string, { flags?: string; command?: string }>> = {
  'nothing but defaults': {},
  'a user, a directory and a variable': { flags: '-u 1000:1000 -w /tmp -e A=b' },
  'a user and groups by name': { flags: '-u student --group-add 33 -w /made/for/it --hostname box' },
  'a read-only root, a tmpfs and a volume': { flags: '--read-only --tmpfs /run -v named:/data' },
  'a volume that the image has content for': { flags: '-v filled:/etc' },
  'limits of the cgroup': { flags: '-m 64m --cpus 0.5 --pids-limit 50 --cpu-shares 512 --cpuset-cpus 0' },
  'limits of the process': { flags: '--ulimit nofile=512:1024 --ulimit core=0 --shm-size 1m' },
  'other capabilities': { flags: '--cap-drop ALL --cap-add NET_BIND_SERVICE' },
  'a capability more for a user': { flags: '-u 1000 --cap-add SYS_TIME --security-opt no-new-privileges' },
  'no network': { flags: '--network none' },
  'the host’s network': { flags: '--network host' },
  'the host’s ipc, pid and uts namespaces': { flags: '--ipc host --pid host --uts host' },
  'another entrypoint': { flags: '--entrypoint /bin/sleep', command: '1000' },
  'a terminal': { flags: '-t' },
};

/** Every difference that is accepted, with its reason. Whatever else differs fails. */
const tolerated: readonly (readonly [difference: RegExp, reason: string])[] = [
  [
    /^open files: 0: docker "\/dev\/null flags 0100002", tsstep "\/dev\/null flags 0100000"$/,
    'without -i docker opens /dev/null to read and write; tsstep passes on what it opened to read',
  ],
  [
    /^limits: Max open files: /,
    'docker gives what its daemon was started with (a unit file’s LimitNOFILE), tsstep what its caller has',
  ],
  [
    /^mounts: \/: docker "overlay (\S+) \(\S+\) (master|private)", tsstep "overlay \1 \(\S+\) private"$/,
    'docker’s init layer leads the kernel to uuid=null instead of uuid=on; its root stays a slave of the host, tsstep’s is private',
  ],
  [
    /^mounts: \/sys\/fs\/cgroup: docker "(.*) rw,(.*)", tsstep "\1 ro,\2"$/,
    'runc leaves the tmpfs that holds the v1 hierarchies writable when the cgroup namespace is private',
  ],
  [/^mounts: \/proc\/interrupts: docker has none/, 'docker before 28 does not mask it'],
  [
    /^cgroup: device c 10:200 rwm: docker "allowed", tsstep has none$/,
    'runc before 1.2 allows /dev/net/tun to everybody',
  ],
  [
    /^mounts: \S+: docker "(.*) master", tsstep "\1 private"$/,
    'what the host mounts later below a volume shows up with docker (a slave), not with tsstep',
  ],
  [
    new RegExp(
      `^(process: environment|identity: hosts|identity: hostname): docker "(.*)<id>(.*)", tsstep "\\2${hostname()}\\3"$`,
    ),
    'with --uts host docker still writes the ID, a name that nobody has; tsstep the host’s',
  ],
  [
    /^mounts: (\S+): docker "(.*) \(rw\) private", tsstep "\2 \(rw,mode=755\) private"$/,
    'runc before 1.2 mounts a tmpfs and then changes its mode to that of the directory below; later ones, as tsstep, mount it so',
  ],
  [/^files: \/\.dockerenv: /, 'docker’s mark of a docker container'],
  [
    /^network: (addresses|routes): docker "(.*)<address>\/16(.*)", tsstep "\2<address>\/24\3"$/,
    'a bridge for 254 containers, not for 65534',
  ],
];

/** One line a fact that differs. */
function differences(tsstep: ContainerView, real: ContainerView): string[] {
  return Object.keys(real).flatMap((section) => {
    const [ours = {}, theirs = {}] = [tsstep[section], real[section]];
    const keys = [...new Set([...Object.keys(theirs), ...Object.keys(ours)])];
    return keys
      .filter((key) => ours[key] !== theirs[key])
      .map((key) => `${section}: ${key}: docker ${said(theirs[key])}, tsstep ${said(ours[key])}`);
  });
}

const said = (fact: string | undefined): string => (fact === undefined ? 'has none' : JSON.stringify(fact));

const untolerated = (lines: readonly string[]): string[] =>
  lines.filter((line) => !tolerated.some(([difference]) => difference.test(line)));

/** Known differences that are taken out of the way by asking docker for what tsstep does. */
const asked = [
  // tsstep has no seccomp and no AppArmor profile yet.
  ...['--security-opt', 'seccomp=unconfined', '--security-opt', 'apparmor=unconfined'],
  // docker's default depends on the version of cgroups; tsstep makes a cgroup namespace always.
  ...['--cgroupns', 'private'],
];

async function inDocker(flags: readonly string[], command: readonly string[]): Promise<ContainerView> {
  const id = await docker.output('run', '--detach', ...asked, ...flags, 'lab', ...command);
  try {
    return await viewOf(
      Number(await docker.output('inspect', '-f', '{{.State.Pid}}', id)),
      id,
      docker.sandbox.holder,
    );
  } finally {
    await docker.docker('rm', '--force', '--volumes', id);
  }
}

async function inTsstep(flags: readonly string[], command: readonly string[]): Promise<ContainerView> {
  const argv = ['run', '--rm', '--name', 'compared', ...flags, 'lab', ...command];
  const run = sandbox.startTsstep(argv, { events: true });
  const started = await run.event(
    'its start',
    (event): event is EventOf<'started'> => event.type === 'started',
  );
  try {
    const { stdout } = await sandbox.tsstep(['inspect', '-f', '{{.Id}}', 'compared']);
    return await viewOf(started.pid, stdout.trim(), sandbox.holder);
  } finally {
    process.kill(started.pid, 'SIGKILL');
    await run.ended;
  }
}

describe('a container is what docker makes of the same image, given', () => {
  it.each(Object.entries(runs))('%s', async (_, { flags = '', command = 'sleep infinity' }) => {
    const words = flags.split(' ').filter(Boolean);
    const real = await inDocker(words, command.split(' '));
    const ours = await inTsstep(words, command.split(' '));
    expect(untolerated(differences(ours, real))).toEqual([]);
  });

  it('and a difference in any section is noticed', async () => {
    const real = await inDocker([], ['sleep', 'infinity']);
    const flags = '-u 1000 -e A=b -m 64m --network none --ulimit core=7 --tmpfs /dev/more --read-only';
    const lines = untolerated(differences(await inTsstep(flags.split(' '), ['sleep', '1000']), real));
    for (const fact of [
      'process: Uid',
      'process: CapEff',
      'process: environment',
      'process: command',
      'limits: Max core file size',
      'mounts: /',
      'mounts: /etc/hosts',
      'devices: /more',
      'identity: hosts',
      'network: links',
    ])
      expect(lines).toContainEqual(expect.stringMatching(`^${fact}: `));
    expect(lines).toContainEqual(expect.stringMatching(/^cgroup: memory\.(limit_in_bytes|max): /));
  });
});
