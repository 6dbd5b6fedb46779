/** The supervisor's end of init: starts it, sends it operations, learns how its process ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { Socket } from 'node:net';
import { constants as os } from 'node:os';
import { createInterface } from 'node:readline';
import { TsstepError } from '../errors.ts';
import { installing } from '../host/packages.ts';
import { ownFile } from '../host/program-files.ts';
import type { Ready, Reply } from '../init/protocol.ts';
import { tolerating } from '../kernel/errno.ts';
import { pipe } from '../kernel/fs.ts';
import { openReadOnly } from '../kernel/mount.ts';
import { mustLive, startTimeOf } from '../kernel/proc.ts';
import type { ProcessId } from '../known.ts';
import type { Exit } from '../machine.ts';
import type { Operation, OperationOf } from '../operation.ts';

/**
 * Forks, writes its child's exit code to descriptor 3 and ends with it; takes the child along when killed. A supervisor that did
 * not start it cannot wait for it (wait(2)), but reads the code all the same. `unshare --fork --kill-child` forks too, but in
 * util-linux 2.38 (Debian 12) it ends with 1 when the child got SIGKILL: every container that the OOM killer ended. What the
 * shell would say about a killed child ("Killed") does not belong into the container's output; the subshell is there because
 * dash says it while the redirections of a plain command are still its own.
 */
const forking = (command: string): string[] => [
  'sh',
  '-c',
  `exec 4>&2 2>/dev/null; (exec ${command} "$@" 2>&4 3>&- 4>&-); code=$?; echo $code >&3; exit $code`,
  'sh',
];

/** One of our descriptors, as another process finds it. */
const ours = (fd: number): string => `/proc/${process.pid}/fd/${fd}`;

/**
 * How a process is put in the wanted pid namespace: its children are, never itself, so a tool forks for us (unshare(2)).
 * @param lent gets the descriptors that have to stay open until init is there
 */
function wrapper(pid: OperationOf<'spawn-init'>['pid'], lent: number[]): string[] {
  const fork = forking('setpriv --pdeathsig KILL');
  if (pid === 'new') return ['unshare', '--pid', ...fork];
  if (pid === 'host') return fork;
  const namespace = openSync(`/proc/${pid.pid}/ns/pid`, 'r');
  lent.push(namespace);
  mustLive(pid);
  return forking(`nsenter --pid=${ours(namespace)}`);
}

/** The supervisor's ends of what connects it with the container's process. */
export interface InitDescriptors {
  stdin?: number;
  stdout: number;
  stderr: number;
  /** The exit code arrives here, as a line. */
  status: number;
}

export class InitHandle {
  readonly descriptors: InitDescriptors;
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #commands: Socket;
  /** Init's ends of the two pipes, and its program: open until init has opened them itself. */
  readonly #lent: readonly number[];
  readonly #replies: AsyncIterator<string>;

  constructor(pid: OperationOf<'spawn-init'>['pid'], interactive: boolean) {
    const lent: number[] = [];
    this.#lent = lent;
    const [command = '', ...words] = wrapper(pid, lent);
    // Real pipes: Node's own are sockets, and a program in the container that opens /dev/stdout would get ENXIO.
    const stdin = interactive ? pipe() : undefined;
    const stdout = pipe();
    const stderr = pipe();
    const status = pipe();
    const commands = pipe();
    const replies = pipe();
    const own = [stdin?.read, stdout.write, stderr.write, status.write].filter((fd) => fd !== undefined);
    // The command of a hostile image may be /proc/self/exe, and that is this Node until execve has replaced it.
    const node = openReadOnly(process.execPath);
    lent.push(node, commands.read, replies.write);
    const ends = [commands.read, replies.write].map(ours);
    const amongOthers = typeof pid === 'object' ? ['among-others'] : [];
    const program = [ours(node), ownFile('dist/init.cjs'), ...ends, ...amongOthers];
    this.#child = spawn(command, [...words, ...program], {
      stdio: [stdin?.read ?? 'ignore', stdout.write, stderr.write, status.write],
      // A session of its own: Ctrl-C on the terminal is for the supervisor, which forwards it.
      detached: true,
      // NODE_EXTRA_CA_CERTS and the like cost init its fast start.
      env: { PATH: process.env.PATH },
    });
    for (const fd of own) closeSync(fd);
    this.descriptors = {
      ...(stdin && { stdin: stdin.write }),
      ...{ stdout: stdout.read, stderr: stderr.read, status: status.read },
    };
    this.#commands = new Socket({ fd: commands.write, readable: false });
    this.#commands.on('error', () => undefined);
    const answers = new Socket({ fd: replies.read, writable: false });
    this.#replies = createInterface({ input: answers, crlfDelay: Number.POSITIVE_INFINITY })[
      Symbol.asyncIterator
    ]();
    this.exited = new Promise((resolve, reject) => {
      this.#child.on('error', (error: NodeJS.ErrnoException) =>
        reject(error.code === 'ENOENT' ? noTool(command) : error),
      );
      this.#child.on('exit', (code, signal) => resolve(signal ? bySignal(signal) : { code: code ?? 0 }));
    });
    this.exited.catch(() => undefined);
  }

  /** Waits until init is there. @throws TsstepError init-lost */
  async ready(): Promise<ProcessId> {
    const first = this.#replies.next();
    const line = await Promise.race([first, this.exited]);
    for (const fd of this.#lent) closeSync(fd);
    if ('code' in line || line.done) throw await this.#lost('start');
    const pid = (JSON.parse(line.value) as Ready).ready;
    const startTime = startTimeOf(pid);
    if (startTime === undefined) throw await this.#lost('start');
    return { pid, startTime };
  }

  /** Sends one operation. For execve `undefined` is success: the pipe closed because the program was replaced. */
  async perform(operation: Operation): Promise<Reply | undefined> {
    this.#commands.write(`${JSON.stringify(operation)}\n`);
    const line = await this.#replies.next();
    if (!line.done) return JSON.parse(line.value) as Reply;
    if (operation.kind === 'execve') return undefined;
    throw await this.#lost(operation.name);
  }

  hold(): void {
    this.#commands.write('{"hold":true}\n');
    this.#child.unref();
    this.#commands.unref();
  }

  async #lost(during: string): Promise<TsstepError> {
    const { code, signal } = await this.exited;
    const said = lastWords(this.descriptors.stderr).trim().split('\n').slice(-3).join('; ');
    return new TsstepError({
      code: 'init-lost',
      what: `init is gone (${during})`,
      why: said
        ? `it said: ${said}`
        : signal
          ? `it was killed by ${signal}`
          : `it ended with exit code ${code}`,
      remedy:
        'if nobody killed it: `dmesg | tail` shows whether the OOM killer did; a memory limit below 32m is too small for it',
    });
  }
}

/** What is in the pipe; opened anew because this one would wait for more. */
function lastWords(fd: number): string {
  const again = openSync(`/proc/self/fd/${fd}`, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const said = Buffer.alloc(4096);
    return said.toString('utf8', 0, tolerating(['EAGAIN'], () => readSync(again, said)) ?? 0);
  } finally {
    closeSync(again);
  }
}

function bySignal(signal: NodeJS.Signals): Exit {
  return { code: 128 + os.signals[signal], signal };
}

function noTool(command: string): TsstepError {
  return new TsstepError({
    code: 'missing-tool',
    what: `"${command}" is not installed`,
    why: 'Node cannot make a pid namespace itself: it has threads, and they would be left outside',
    remedy: installing(command),
  });
}
