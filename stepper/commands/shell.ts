/** `!`: a shell, or one command, inside whatever namespaces exist so far. */
import { spawnSync } from 'node:child_process';
import { closeSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { groupPaths } from '../../core/cgroup/group.ts';
import { findTool } from '../../core/doctor/tools.ts';
import { TsstepError } from '../../core/errors.ts';
import { errnoOf, tolerating } from '../../core/kernel/errno.ts';
import { openReadOnly } from '../../core/kernel/mount.ts';
import type { Known } from '../../core/known.ts';
import { missingTool } from '../../core/perform/run-tool.ts';
import { defaultPath } from '../../core/spec/merge.ts';
import { wrap } from '../plain/style.ts';
import type { Command, CommandContext } from './command.ts';

/** Of one command whose output is kept until it ends: bytes, and seconds in which nobody else is served. */
const OUTPUT_MAX = 1024 ** 2;
const PATIENCE = 60;

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

/** What a person types into a terminal of their own. */
const typed = (pid: number, kinds: readonly Kind[]): string =>
  `nsenter --target ${pid} ${kinds.map((kind) => options[kind]).join(' ')} sh`;

function noTerminal(pid: number | undefined, kinds: readonly Kind[]): TsstepError {
  const inside = pid !== undefined && kinds.length > 0;
  return new TsstepError({
    code: 'usage',
    what: 'a shell needs a terminal',
    why: 'none can be lent to it: commands come from somewhere else, one at a time',
    remedy: `${inside ? `as root, in a terminal: ${typed(pid, kinds)}; ` : ''}! COMMAND runs one command`,
    exit: 1,
  });
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
  const { print, interactive, style } = context;
  const { known } = context.pause.session;
  const pid = known.init?.pid;
  const kinds = pid === undefined ? [] : ownNamespaces(pid);
  if (!command && !interactive) throw noTerminal(pid, kinds);
  const inside = pid !== undefined && kinds.length > 0;
  const place = inside ? whereabouts(pid, kinds, command) : ['No namespaces yet: this is the host.'];
  print(place.flatMap((line) => wrap(line, style.width)));
  const { words, close } = inside ? entering(pid, kinds) : { words: [], close: () => undefined };
  const [file = '', ...args] = commandLine(
    [...(inside ? joining(groupsOf(known)) : []), ...words],
    command,
    interactive,
  );
  const { status, error } = perform(context, file, args);
  close();
  if (error) print(error);
  else if (command && status !== 0) print(`(exit code ${status ?? 'none: ended by a signal'})`);
  if (error || status !== 0) context.failed(status || 1);
  return undefined;
}

interface Performed {
  /** Null: it was ended by a signal. */
  status: number | null;
  error?: string | undefined;
}

function perform(
  { interactive, shared, lend, write }: CommandContext,
  file: string,
  args: string[],
): Performed {
  const env = { PATH: defaultPath, TERM: process.env.TERM ?? 'dumb', PS1: '(container) # ' };
  if (!shared) {
    // One pipe for both: two would lose the order.
    const words = ['-c', 'exec "$@" 2>&1', 'sh', file, ...args];
    const bounds = { maxBuffer: OUTPUT_MAX, timeout: PATIENCE * 1000, killSignal: 'SIGKILL' } as const;
    const { status, error, stdout } = lend(() =>
      spawnSync('sh', words, { stdio: ['ignore', 'pipe', 'ignore'], env, ...bounds }),
    );
    write(String(stdout ?? ''));
    return { status, error: error && reasonOf(error) };
  }
  // Commands come from standard input when it is no terminal: the one that is run must not read the next of them.
  const stdin = interactive ? 'inherit' : 'ignore';
  const { status, error } = lend(() => spawnSync(file, args, { stdio: [stdin, 2, 2], env }));
  return { status, error: error && reasonOf(error) };
}

function reasonOf(error: Error): string {
  const errno = errnoOf(error);
  if (errno === 'ENOBUFS') return `(ended: it wrote more than ${OUTPUT_MAX} bytes)`;
  if (errno === 'ETIMEDOUT') return `(ended: it took more than ${PATIENCE} seconds)`;
  return `could not start it: ${error.message}`;
}

export const shellCommand: Command = {
  name: 'shell',
  key: '!',
  argument: '[COMMAND]',
  group: 'act',
  help: 'a shell (or one command) in whatever namespaces exist so far',
  run: (context, command) => open(context, command),
};
