/** What runs make in the kernel: mounts, links, nft tables, cgroups. Seen from this process's own namespaces. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { mountsOf as hierarchiesOf, parentPath } from '../../cgroup/group.ts';
import { readLayout } from '../../cgroup/layout.ts';
import { TsstepError } from '../../errors.ts';
import { mountPoints } from '../../host/mountinfo.ts';
import { tolerating } from '../../kernel/errno.ts';
import { containers } from '../../paths.ts';
import type { Found, Owner } from './found.ts';

/** Mounts below the state directory. */
export function mounts(root: string): Found[] {
  const points = mountPoints().filter((point) => point.startsWith(`${root}/`));
  return points.map((point) => {
    const below = point.startsWith(`${containers(root)}/`) ? point.slice(containers(root).length + 1) : '';
    const id = below.split('/')[0];
    return { what: `mount ${point}`, owner: id ? { container: id } : 'nobody', remedy: `umount -l ${point}` };
  });
}

/** /proc/net is that of the reader's network namespace, without a tool; /sys/class/net that of whoever mounted it. */
export function links(): Found[] {
  const names = readFileSync('/proc/net/dev', 'utf8')
    .split('\n')
    .map((line) => line.split(':')[0]?.trim() ?? '');
  return names.flatMap((name): Found[] => {
    const [, id] = /^ts[sp]([0-9a-f]{8})(?:-\d+)?$/.exec(name) ?? [];
    const owner: Owner | undefined = id
      ? { container: id }
      : /^(tsstep|ts-[0-9a-f]{12}$)/.test(name)
        ? { share: `bridge-${name}` }
        : undefined;
    return owner ? [{ what: `link ${name}`, owner, remedy: `ip link delete dev ${name}` }] : [];
  });
}

/** None where `nft` cannot be asked: not installed, or not root. */
export function tables(): Found[] {
  const listed = spawnSync('nft', ['list', 'tables'], { encoding: 'utf8' });
  const lines = listed.status === 0 ? listed.stdout.split('\n') : [];
  return lines.flatMap((line): Found[] => {
    const [, family, name] = /^table (\w+) (tsstep(?:(?:-net)?-[0-9a-f]{12})?)$/.exec(line.trim()) ?? [];
    if (!family || !name) return [];
    const [, network] = /^tsstep-net-(.+)$/.exec(name) ?? [];
    const shared = name === 'tsstep' ? 'nat-tsstep0' : network && `nat-ts-${network}`;
    const owner: Owner = shared ? { share: shared } : { container: name.slice('tsstep-'.length) };
    return [{ what: `nft table ${family} ${name}`, owner, remedy: `nft delete table ${family} ${name}` }];
  });
}

/** The containers' groups, each in every hierarchy, and their parents where nothing is in them. */
export function cgroups(): Found[] {
  const groups = new Map<string, string[]>();
  const alone: string[] = [];
  for (const parent of parents()) {
    const paths = subdirectories(parent);
    if (paths?.length === 0) alone.push(parent);
    for (const path of paths ?? []) groups.set(basename(path), [...(groups.get(basename(path)) ?? []), path]);
  }
  const found = [...groups].map(([id, paths]): Found => {
    const pids = [...new Set(paths.flatMap(processesIn))];
    const kill = pids.length === 0 ? '' : `kill -9 ${pids.join(' ')}; sleep 1; `;
    return {
      what: `cgroup ${paths[0]}${more(paths)}`,
      owner: { container: id },
      remedy: `${kill}rmdir ${paths.join(' ')}`,
    };
  });
  if (alone.length === 0) return found;
  const what = `cgroup ${alone[0]}${more(alone)}`;
  return [...found, { what, owner: { share: 'cgroup-tsstep' }, remedy: `rmdir ${alone.join(' ')}` }];
}

const more = ({ length }: readonly string[]): string =>
  length > 1 ? `, and in ${length - 1} other hierarchies` : '';

const processesIn = (path: string): string[] =>
  (
    tolerating(['ENOENT', 'ENODEV', 'EOPNOTSUPP'], () => readFileSync(join(path, 'cgroup.procs'), 'utf8')) ??
    ''
  )
    .split('\n')
    .filter((pid) => Number(pid) > 0);

function parents(): string[] {
  try {
    return hierarchiesOf(readLayout()).map(parentPath);
  } catch (error) {
    // Without cgroups none can be left behind.
    if (error instanceof TsstepError) return [];
    throw error;
  }
}

function subdirectories(path: string): string[] | undefined {
  const entries = tolerating(['ENOENT', 'ENODEV'], () => readdirSync(path, { withFileTypes: true }));
  return entries?.filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name));
}
