/** A container as the kernel shows it from outside, in sections of comparable facts. */
import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { output } from './commands.ts';

export type Section = Readonly<Record<string, string>>;
export type ContainerView = Readonly<Record<string, Section>>;

/** What no two containers share: their IDs, addresses and numbers of kernel objects. */
type Common = (text: string) => string;

/** @param host a process in the namespaces of the runtime, to tell what is the container's own */
export async function viewOf(pid: number, id: string, host: number): Promise<ContainerView> {
  const common: Common = (text) =>
    text
      .replaceAll(id, '<id>')
      .replaceAll(id.slice(0, 12), '<id>')
      .replaceAll('::0\t', '::\t')
      .replace(/\b(?!127\.|0\.0\.0\.0)\d+(\.\d+){3}\b/g, '<address>');
  const own = namespaces(pid, host);
  const proc = (name: string): string => readFileSync(`/proc/${pid}/${name}`, 'utf8');
  const file = (path: string): string => common(readFileSync(`/proc/${pid}/root/${path}`, 'utf8'));
  return {
    process: {
      ...status(proc('status'), pid),
      command: proc('cmdline').replaceAll('\0', ' '),
      executable: readlinkSync(`/proc/${pid}/exe`),
      'working directory': readlinkSync(`/proc/${pid}/cwd`),
      oom_score_adj: proc('oom_score_adj').trim(),
      namespaces: own.join(' '),
      environment: common(proc('environ')).split('\0').join('\n'),
    },
    'open files': openFiles(pid),
    limits: limits(proc('limits')),
    mounts: mounts(common(proc('mountinfo'))),
    cgroup: cgroupFiles(proc('cgroup')),
    devices: tree(`/proc/${pid}/root/dev`, ['pts', 'shm', 'mqueue']),
    files: tree(`/proc/${pid}/root`, ['proc', 'sys', 'dev']),
    identity: Object.fromEntries(
      ['hostname', 'hosts', 'resolv.conf'].map((name) => [name, file(`etc/${name}`)]),
    ),
    ...(own.includes('net') && { network: await network(pid, common) }),
  };
}

/** Lines of /proc/<pid>/status that a runtime decides on. Not Speculation_*: seccomp decides on that. */
const decided =
  /^(Umask|NoNewPrivs|Seccomp|Uid|Gid|Groups|NSpid|NSpgid|NSsid|SigBlk|SigIgn|SigCgt|Cap\w+):\s*(.*?)\s*$/;

function status(text: string, pid: number): Section {
  const fields = text.split('\n').flatMap((line): [string, string][] => {
    const [, key = '', value = ''] = decided.exec(line) ?? [];
    // The number inside; outside every process has another.
    if (key === '') return [];
    const inside = value.split('\t').at(-1);
    return [[key, !key.startsWith('NS') ? value : inside === `${pid}` ? 'its own' : `${inside}`]];
  });
  return Object.fromEntries(fields);
}

const namespaces = (pid: number, host: number): string[] =>
  readdirSync(`/proc/${pid}/ns`)
    .filter((name) => !name.endsWith('_for_children'))
    .filter((name) => readlinkSync(`/proc/${pid}/ns/${name}`) !== readlinkSync(`/proc/${host}/ns/${name}`));

function openFiles(pid: number): Section {
  const fds = readdirSync(`/proc/${pid}/fd`).map((fd): [string, string] => {
    const target = readlinkSync(`/proc/${pid}/fd/${fd}`).replace(/:\[\d+\]$/, '');
    const flags = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))?.[1];
    return [fd, `${target} flags ${flags}`];
  });
  return Object.fromEntries(fds);
}

function limits(text: string): Section {
  const lines = text.split('\n').slice(1).filter(Boolean);
  return Object.fromEntries(
    lines.map((line) => {
      const [name = '', soft = '', hard = ''] = line.split(/\s{2,}/);
      return [name, `${soft} ${hard}`];
    }),
  );
}

/** By mount point: a second mount on one is `/x#2`. */
function mounts(text: string): Section {
  const found: Record<string, string> = {};
  for (const line of text.split('\n').filter(Boolean)) {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root = '', target = '', options = '', ...peers] = before.split(' ');
    const [fstype = '', , superOptions = ''] = after.split(' ');
    const own = superOptions.split(',').filter((option) => !/^(lowerdir|upperdir|workdir)=/.test(option));
    const inside = /^(proc|sysfs|tmpfs|devtmpfs|cgroup2?)$/.test(fstype) ? `${root} of ` : '';
    const propagation = peers.map((peer) => peer.replace(/:\d+$/, '')).join(' ') || 'private';
    let key = target;
    for (let n = 2; key in found; n++) key = `${target}#${n}`;
    found[key] =
      `${inside.replace(/^\S*<id>/, '<cgroup>')}${fstype} ${options} (${own.join(',')}) ${propagation}`;
  }
  return found;
}

const controls =
  /^(memory\.((memsw\.|kmem\.)?limit_in_bytes|soft_limit_in_bytes|swappiness|oom_control|max|high|low|min|swap\.max|oom\.group)|cpu\.(cfs_quota_us|cfs_period_us|shares|max|weight)|cpuset\.(cpus|mems)|pids\.max|devices\.list|blkio\.weight|io\.weight)$/;

function cgroupFiles(text: string): Section {
  const directories = text.split('\n').flatMap((line) => {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (path === '' || controllers.startsWith('name=')) return [];
    const hybrid = lstatOf('/sys/fs/cgroup/unified') ? '/sys/fs/cgroup/unified' : '/sys/fs/cgroup';
    return [join(controllers === '' ? hybrid : `/sys/fs/cgroup/${controllers}`, path)];
  });
  const files = directories.flatMap((directory) =>
    readdirSync(directory)
      .filter((name) => controls.test(name))
      .map((name): [string, string] => [name, readFileSync(join(directory, name), 'utf8').trim()])
      .flatMap(([name, text]) => (name === 'devices.list' ? deviceRules(text) : [[name, text] as const])),
  );
  return Object.fromEntries(files);
}

/** A set: the order of v1's exceptions means nothing. */
const deviceRules = (text: string): (readonly [string, string])[] =>
  text.split('\n').map((rule) => [`device ${rule}`, 'allowed']);

function lstatOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** Type, mode, owner; device numbers, size or target. Of the directories `closed` only they themselves. */
function tree(root: string, closed: readonly string[]): Section {
  const found: Record<string, string> = {};
  const walk = (at: string): void => {
    for (const name of readdirSync(join(root, at))) {
      const path = join(at, name);
      const stat = lstatSync(join(root, path));
      found[`/${path}`] = entry(join(root, path), stat);
      if (stat.isDirectory() && !closed.includes(path)) walk(path);
    }
  };
  walk('');
  return found;
}

function entry(path: string, stat: Stats): string {
  const is = `${stat.mode.toString(8)} ${stat.uid}:${stat.gid}`;
  if (stat.isSymbolicLink()) return `${is} -> ${readlinkSync(path)}`;
  if (stat.isCharacterDevice()) return `${is} device ${stat.rdev >> 8}:${stat.rdev & 0xff}`;
  // Of a mounted file the content is what counts, and that holds names and addresses of different lengths.
  return stat.isFile() && !/etc\/(hosts|hostname|resolv\.conf)$/.test(path) ? `${is} ${stat.size} bytes` : is;
}

const settings = ['ip_unprivileged_port_start', 'ping_group_range', 'ip_forward'];

async function network(pid: number, common: Common): Promise<Section> {
  const ask = async (...argv: readonly string[]): Promise<string> => {
    const text = await output(['nsenter', '--target', `${pid}`, '--net', ...argv]);
    return common(text)
      .replace(/\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b/g, '<mac>')
      .replace(/^\d+: |@if\d+|link-netnsid \d+| qlen \d+/gm, '')
      .replace(/ +(?=\\|$)/gm, '');
  };
  const set = settings.map(async (name) => [name, await ask('cat', `/proc/sys/net/ipv4/${name}`)] as const);
  return {
    links: await ask('ip', '-oneline', 'link'),
    addresses: await ask('ip', '-oneline', '-4', 'address'),
    routes: await ask('ip', 'route'),
    ...Object.fromEntries(await Promise.all(set)),
  };
}
