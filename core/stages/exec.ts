import type { Known, ResolvedUser } from '../known.ts';
import type { Operation } from '../operation.ts';
import { need } from '../paths.ts';
import { effectiveCapabilities } from '../spec/capabilities.ts';
import type { Process } from '../spec/merge.ts';
import type { Spec } from '../spec/types.ts';
import type { Stage } from '../stage.ts';
import { processFor } from './process.ts';
import { inFront } from './small-init.ts';

const step = { where: 'init', undo: 'with-init' } as const;

function terminal(spec: Spec, known: Known): Operation[] {
  const session: Operation = {
    ...step,
    kind: 'setsid',
    name: 'session',
    why: 'A session of its own, without the host’s terminal: otherwise Ctrl-C there would reach it, and it could type into that terminal.',
  };
  if (!spec.tty) return [session];
  const open: Operation = {
    kind: 'openpt',
    where: 'host',
    name: 'terminal',
    // Of an exec the container's own process: its root is the same, and tsstep may always look there.
    pid: (known.peers?.container ?? need(known, 'init')).pid,
    ptmx: '/dev/pts/ptmx',
    why: 'Make a pseudo-terminal in the container’s devpts and keep its master side: what you type goes in there.',
    undo: 'with-init',
    saves: 'pts',
  };
  if (known.pts === undefined) return [open];
  const slave = `/dev/pts/${known.pts}`;
  return [
    open,
    // The console stays that of the container's own process.
    ...(spec.joins ? [] : [consoleAt(slave)]),
    session,
    {
      ...step,
      kind: 'controlling-terminal',
      name: 'controlling-terminal',
      path: slave,
      why: 'The session’s controlling terminal, on stdin, stdout and stderr: Ctrl-C becomes SIGINT, and job control works.',
    },
  ];
}

const consoleAt = (slave: string): Operation => ({
  ...step,
  kind: 'mount',
  name: 'console',
  source: slave,
  target: '/dev/console',
  root: '/',
  flags: ['MS_BIND'],
  create: 'file',
  why: 'Programs that write to the console reach the same terminal.',
});

const keyring: Operation = {
  ...step,
  kind: 'join-session-keyring',
  name: 'keyring',
  why: 'The kernel keeps keys for a login session, for Kerberos or encrypted disks: the container gets an empty keyring, not yours.',
};

function credentials(spec: Spec, user: ResolvedUser): Operation[] {
  const capabilities = effectiveCapabilities(spec.capAdd, spec.capDrop);
  return [
    {
      ...step,
      kind: 'capbset-drop',
      name: 'bounding',
      keep: capabilities,
      why: 'Whatever is dropped from the bounding set, no program in the container can get again, not even one that is setuid root.',
    },
    {
      ...step,
      kind: 'setgroups',
      name: 'groups',
      gids: user.groups,
      why: 'Supplementary groups: those of the image, none of the host.',
    },
    {
      ...step,
      kind: 'setresgid',
      name: 'gid',
      gid: user.gid,
      why: 'The group before the user: afterwards it would not be allowed any more.',
    },
    {
      ...step,
      kind: 'setresuid',
      name: 'uid',
      uid: user.uid,
      why:
        user.uid === 0
          ? 'uid 0, the host’s root: what makes it weaker is the capabilities, not the number.'
          : 'Leaving uid 0 empties the capability sets by itself.',
    },
    {
      ...step,
      kind: 'capset',
      name: 'capabilities',
      capabilities: user.uid === 0 ? capabilities : [],
      why:
        user.uid === 0
          ? 'Root’s power, cut into pieces: the container keeps these (docker’s default set unless you say otherwise).'
          : 'None, not even inheritable ones: those of the caller would stay, for a file of the image that asks for them.',
    },
    ...(spec.noNewPrivileges
      ? [
          {
            ...step,
            kind: 'no-new-privs',
            name: 'no-new-privileges',
            why: 'From now on execve gives nobody more than it has: setuid bits and file capabilities are ignored.',
          } as const,
        ]
      : []),
  ];
}

/** What Node has changed in its own process and execve would pass on. */
function residue(spec: Spec, known: Known): Operation[] {
  const { soft, hard } = known.peers?.container?.nofile ?? known.host.nofile;
  return [
    { ...step, kind: 'umask', name: 'umask', mask: 0o022, why: 'The usual mask, whatever the caller’s was.' },
    ...(spec.ulimits.some(({ resource }) => resource === 'nofile')
      ? []
      : [
          {
            ...step,
            kind: 'setrlimit',
            name: 'nofile',
            resource: 'nofile',
            soft,
            hard,
            why: `Node raised its own limit of open files; the command gets ${spec.joins ? 'the container’s' : 'the one that tsstep was started with'}.`,
          } as const,
        ]),
    {
      ...step,
      kind: 'reset-signals',
      name: 'signals',
      why: 'Node ignores SIGPIPE, and ignored signals survive execve: `yes | head` would never end.',
    },
  ];
}

const becoming = {
  run: 'Init becomes the command: same pid, same namespaces, same cgroup. There is no container besides this process.',
  exec: 'What was started outside becomes the command: one more process of the container, and nothing else of it has changed.',
};

function finish(spec: Spec, process: Process, user: ResolvedUser, executable: string): Operation[] {
  const env = process.env.HOME === undefined ? { ...process.env, HOME: user.home } : process.env;
  return [
    {
      ...step,
      kind: 'clear-pdeathsig',
      name: 'parent-death',
      why: 'Until now the kernel would kill init with its parent; the command shall live by itself.',
    },
    {
      ...step,
      kind: 'close-range',
      name: 'close-on-exec',
      why: 'No descriptor of tsstep may leak into the container: CVE-2024-21626 was such a leak in runc.',
    },
    {
      ...step,
      kind: 'execve',
      name: 'execve',
      path: executable,
      argv: process.argv,
      env,
      why: becoming[spec.joins ? 'exec' : 'run'],
    },
  ];
}

function plan(spec: Spec, known: Known): Operation[] {
  const process = inFront(spec, processFor(spec, known));
  const lookup: Operation = {
    ...step,
    kind: 'lookup-executable',
    name: 'lookup',
    file: process.argv[0] ?? '',
    path: process.env.PATH ?? '',
    cwd: process.cwd,
    why: 'Find the command in the container’s PATH: execve itself searches nowhere.',
    saves: 'executable',
  };
  if (!known.executable || !known.user) return [lookup];
  const beforeStdio = [lookup, ...terminal(spec, known)];
  if (spec.tty && known.pts === undefined) return beforeStdio;
  return [
    ...beforeStdio,
    {
      ...step,
      kind: 'stdio',
      name: 'stdio',
      uid: known.user.uid,
      ...(spec.joins?.detached && !spec.tty && { discard: true }),
      why: 'Descriptors 0, 1 and 2 are all that the command inherits; its user has to own them to open /dev/stdout again.',
    },
    keyring,
    ...residue(spec, known),
    ...credentials(spec, known.user),
    ...finish(spec, process, known.user, known.executable),
  ];
}

export const exec: Stage = {
  name: 'exec',
  summary: 'Give away what the container must not have, and become the command.',
  plan,
};
