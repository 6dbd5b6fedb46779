/** `!`: a shell, or one command, inside whatever namespaces exist so far. */
import { spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { tolerating } from '../../core/kernel/errno.ts';
import { defaultPath } from '../../core/spec/merge.ts';
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

function open({ pause: { session }, print, interactive, lend }: CommandContext, command: string): undefined {
  if (!command && !interactive) {
    print('a shell needs a terminal; `! COMMAND` runs one command');
    return undefined;
  }
  const pid = session.known.init?.pid;
  const kinds = pid === undefined ? [] : ownNamespaces(pid);
  const nsenter =
    kinds.length === 0 ? [] : ['nsenter', `--target=${pid}`, ...kinds.map((kind) => options[kind])];
  print(
    kinds.length === 0
      ? 'No namespaces yet: this is the host.'
      : `In the ${kinds.join(', ')} namespaces of process ${pid}; the rest is the host’s.${command ? '' : ' `exit` comes back.'}`,
  );
  const [file = '', ...args] = commandLine(nsenter, command, interactive);
  // Commands come from standard input when it is no terminal: the one that is run must not read the next of them.
  const stdin = interactive ? 'inherit' : 'ignore';
  const env = { PATH: defaultPath, TERM: process.env.TERM ?? 'dumb', PS1: '(container) # ' };
  const { status, error } = lend(() => spawnSync(file, args, { stdio: [stdin, 2, 2], env }));
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
