/** `!`: a shell, or one command, inside whatever namespaces exist so far. */
import { spawnSync } from 'node:child_process';
import { closeSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { groupPaths } from '../../core/cgroup/group.ts';
import { findTool } from '../../core/doctor/tools.ts';
import { tolerating } from '../../core/kernel/errno.ts';
import { openReadOnly } from '../../core/kernel/mount.ts';
import type { Known } from '../../core/known.ts';
import { missingTool } from '../../core/perform/run-tool.ts';
import { defaultPath } from '../../core/spec/merge.ts';
import { wrap } from '../plain/style.ts';
import type { Command, CommandContext } from './command.ts';

/** nsenter(1)'s option for each namespace; the order is the one in which it enters them. */
const options = {
  ipc: '--ipc',
  uts: '--uts',
  net: '--net',
  cgroup: '--cgroup',
  pid: '--pid',
  mnt: '--mount',
} as const;
type Kind = keyof typeof options;

function namespaceOf(pid: number | 'self', kind: Kind): string | undefined {
  return tolerating(['ENOENT', 'EACCES'], () => readlinkSync(`/proc/${pid}/ns/${kind}`));
}

/** The kinds in which init is somewhere else than the host. A pid namespace is seen by its first process, not its creator. */
function ownNamespaces(pid: number): Kind[] {
  return (Object.keys(options) as Kind[]).filter(
    (kind) => namespaceOf(pid, kind) !== namespaceOf('self', kind),
  );
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/**
 * On a terminal the shell gets a pseudo-terminal of its own (script(1)) and a session in it (setsid(1)): job control needs a
 * foreground process group that exists in the container's pid namespace, and ours does not.
 */
function commandLine(nsenter: readonly string[], command: string, interactive: boolean): string[] {
  if (!interactive) return [...nsenter, 'sh', '-c', command];
  const shell = command ? `sh -c ${quoted(command)}` : 'sh';
  if (nsenter.length === 0) return ['sh', '-c', shell];
  const session = `command -v setsid >/dev/null && exec setsid -c ${shell}; exec ${shell}`;
  return [
    'script',
    '--quiet',
    '--return',
    '--command',
    [...nsenter, 'sh', '-c', session].map(quoted).join(' '),
    '/dev/null',
  ];
}

/** The rest is the host's; and once pivot_root is done, so is the power: nobody has given anything away yet. */
function whereabouts(pid: number, kinds: readonly Kind[], command: string): string[] {
  const back = command ? '' : ' `exit` comes back.';
  const pivoted = tolerating(['ENOENT', 'EACCES'], () => rootOf(pid) !== rootOf('self')) === true;
  const place = `In the ${kinds.join(', ')} namespaces of process ${pid}; the rest is the host’s.${back}`;
  return pivoted
    ? [place, 'Its programs are the image’s, and have all of your rights: they may do what root may.']
    : [place];
}

/** Device and inode of what a process sees as /. */
function rootOf(pid: number | 'self'): string {
  const { dev, ino } = statSync(`/proc/${pid}/root/`);
  return `${dev}:${ino}`;
}

/** cgroup.procs of each group that init has joined: limits and allowed devices hold for the shell too. */
function groupsOf({ id, init, host }: Known): string[] {
  if (id === undefined || init === undefined) return [];
  return groupPaths(host.cgroups, id)
    .map((path) => join(path, 'cgroup.procs'))
    .filter((file) =>
      tolerating(['ENOENT', 'ENODEV'], () => readFileSync(file, 'utf8').split('\n').includes(`${init.pid}`)),
    );
}

/** Words that put a process into these groups before it goes on as something else. */
function joining(groups: readonly string[]): string[] {
  if (groups.length === 0) return [];
  const join = 'while [ "$1" != -- ]; do echo $$ > "$1"; shift; done; shift; exec "$@"';
  return ['sh', '-c', join, 'sh', ...groups, '--'];
}

/** Words that enter the namespaces, and what has to be closed behind them. */
function entering(pid: number, kinds: readonly Kind[]): { words: string[]; close(): void } {
  const tool = findTool('nsenter');
  if (tool === undefined) throw missingTool('nsenter');
  // The image's sh may be /proc/self/exe, and that is nsenter until execve has replaced it.
  const program = openReadOnly(tool);
  return {
    words: [`/proc/${process.pid}/fd/${program}`, `--target=${pid}`, ...kinds.map((kind) => options[kind])],
    close: () => closeSync(program),
  };
}

function open(context: CommandContext, command: string): undefined {
  const { print, interactive, lend, style } = context;
  if (!command && !interactive) {
    print('a shell needs a terminal; `! COMMAND` runs one command');
    return undefined;
  }
  const { known } = context.pause.session;
  const pid = known.init?.pid;
  const kinds = pid === undefined ? [] : ownNamespaces(pid);
  const inside = pid !== undefined && kinds.length > 0;
  const place = inside ? whereabouts(pid, kinds, command) : ['No namespaces yet: this is the host.'];
  print(place.flatMap((line) => wrap(line, style.width)));
  const { words, close } = inside ? entering(pid, kinds) : { words: [], close: () => undefined };
  const [file = '', ...args] = commandLine(
    [...(inside ? joining(groupsOf(known)) : []), ...words],
    command,
    interactive,
  );
  // Commands come from standard input when it is no terminal: the one that is run must not read the next of them.
  const stdin = interactive ? 'inherit' : 'ignore';
  const env = { PATH: defaultPath, TERM: process.env.TERM ?? 'dumb', PS1: '(container) # ' };
  const { status, error } = lend(() => spawnSync(file, args, { stdio: [stdin, 2, 2], env }));
  close();
  if (error) print(`could not start it: ${error.message}`);
  else if (command && status !== 0) print(`(exit code ${status ?? 'none: ended by a signal'})`);
  return undefined;
}

export const shellCommand: Command = {
  name: 'shell',
  key: '!',
  argument: '[COMMAND]',
  group: 'act',
  help: 'a shell (or one command) in whatever namespaces exist so far',
  run: (context, command) => open(context, command),
};
