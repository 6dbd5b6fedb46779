/** Processes of tsstep: inits that nobody commands any more, and supervisors of other state directories. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { stateDirectories } from '../../host/facts.ts';
import { tolerating } from '../../kernel/errno.ts';
import type { Places } from '../../known.ts';
import type { Found } from './found.ts';

/** Processes end while they are looked at, and others' environment is not for everybody. */
const unseen = ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'];

const read = (pid: number, file: string): string =>
  tolerating(unseen, () => readFileSync(`/proc/${pid}/${file}`, 'utf8')) ?? '';

const pids = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

const words = (pid: number): string[] => read(pid, 'cmdline').split('\0').slice(0, -1);

/** Field 4 of /proc/PID/stat, behind the command's name in brackets. */
function parentOf(pid: number): number {
  const stat = read(pid, 'stat');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

/** vitest sets its title to `node (vitest …)`. */
const isNode = (pid: number): boolean => /(^|\/)node(js)?( |$)/.test(words(pid)[0] ?? '');

/** By the title that it gives itself (core/init/main.ts). */
const isInit = (pid: number): boolean => words(pid)[0]?.trim() === 'tsstep-init';

/** unshare and nsenter stand between init and the Node that started it; when that has ended, they belong to pid 1. */
function hasSupervisor(pid: number): boolean {
  for (let at = parentOf(pid); at > 1; at = parentOf(at)) if (isNode(at)) return true;
  return false;
}

/** Inits without anybody who would tell them what to do. */
export function inits(): Found[] {
  return pids()
    .filter((pid) => isInit(pid) && !hasSupervisor(pid))
    .map((pid) => ({ what: `init, process ${pid}`, owner: { init: pid }, remedy: `kill -9 ${pid}` }));
}

export interface PlaceInUse extends Places {
  /** Whether what is made there is seen from here: the namespaces are the same. */
  sees: { net: boolean; cgroup: boolean };
}

const namespaceOf = (pid: number | 'self', kind: string): string | undefined =>
  tolerating(unseen, () => readlinkSync(`/proc/${pid}/ns/${kind}`));

/** State directories of the tsstep processes that live: their containers are nobody's leak. */
export function placesInUse(): PlaceInUse[] {
  const supervisors = pids().filter((pid) =>
    words(pid).some((word) => /(^|\/)(bin\/main|dist\/tsstep)\.cjs$/.test(word)),
  );
  return supervisors.map((pid) => {
    const pairs = read(pid, 'environ')
      .split('\0')
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]);
    const same = (kind: string): boolean => namespaceOf(pid, kind) === namespaceOf('self', kind);
    const sees = { net: same('net'), cgroup: same('cgroup') };
    return { ...stateDirectories(Object.fromEntries(pairs) as NodeJS.ProcessEnv, pid), sees };
  });
}
