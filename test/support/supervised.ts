/** A container for the supervisor, made of a plain shell: it has descriptors and an exit code, and no namespaces. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { tolerating } from '../../core/kernel/errno.ts';
import { pipe } from '../../core/kernel/fs.ts';
import { isAlive, startTimeOf } from '../../core/kernel/proc.ts';
import { openpt, setWindowSize } from '../../core/kernel/terminal.ts';
import type { ProcessId } from '../../core/known.ts';
import { containerFiles } from '../../core/paths.ts';
import { startSupervisor } from '../../core/perform/start-supervisor.ts';
import { type Connection, connect } from '../../core/supervisor/connection.ts';
import { readExit } from '../../core/supervisor/exit-status.ts';
import { Channel, type Control, parseControl } from '../../core/supervisor/frames.ts';
import { Keeper } from '../../core/supervisor/keeper.ts';
import type { ExitRecord, SupervisorOrder } from '../../core/supervisor/order.ts';
import { temporaryRoot } from '../unit/image/tars.ts';
import { output } from './commands.ts';

const id = 'c0'.repeat(32);

type Options = Partial<Pick<SupervisorOrder, 'logging' | 'stdinOnce' | 'alone' | 'health'>> & {
  stdin?: boolean;
  terminal?: boolean;
  finish?: (directory: string) => readonly string[];
  /** This process keeps it first, as in the foreground, until this settles. */
  before?: (keeper: Keeper, stdout: Socket) => Promise<void>;
};

export interface Supervised {
  root: string;
  files: ReturnType<typeof containerFiles>;
  supervisor: ProcessId;
  /** Kills the shell that says the exit code, and not what runs in it. */
  killWrapper(): void;
  ended(): Promise<ExitRecord>;
  connect(): Promise<Connection>;
  attach(stdin?: boolean): Promise<Client>;
  /** Waits until the terminal has this size: `30 80`. */
  sizeBecomes(size: string): Promise<void>;
}

/** Runs `script`; its exit code goes to the status pipe, as the wrapper of a container sends it. */
export async function supervised(script: string, options: Options = {}): Promise<Supervised> {
  const root = temporaryRoot();
  const files = containerFiles(root, id);
  mkdirSync(files.directory, { recursive: true });
  const status = pipe();
  const open = [status.read, status.write];
  const keep = (fd: number): number => {
    open.push(fd);
    return fd;
  };
  const both = () => {
    const { read, write } = pipe();
    keep(read);
    keep(write);
    return { read, write };
  };
  const words = ['-c', '(exec 3>&-; exec sh -c "$1"); echo $? >&3', 'sh', script];
  let wrapper: ChildProcess;
  let own: Partial<SupervisorOrder['descriptors']>;
  let pts = '';
  if (options.terminal) {
    const { master, number } = openpt('/dev/ptmx');
    keep(master);
    setWindowSize(master, 10, 20);
    pts = `/dev/pts/${number}`;
    const slave = keep(openSync(pts, constants.O_RDWR | constants.O_NOCTTY));
    const stdio = [slave, slave, slave, status.write];
    // A session leader without a terminal gets the first that it opens.
    wrapper = spawn('sh', ['-c', `: <${pts}; exec sh "$@"`, 'sh', ...words], { stdio, detached: true });
    own = { terminal: master };
  } else {
    const [input, output, errors] = [options.stdin ? both() : undefined, both(), both()];
    const stdio = [input?.read ?? 'ignore', output.write, errors.write, status.write] as const;
    wrapper = spawn('sh', words, { stdio: [...stdio], detached: true });
    own = { stdout: output.read, stderr: errors.read, ...(input && { stdin: input.write }) };
  }
  onTestFinished(() => void tolerating(['ESRCH'], () => process.kill(-(wrapper.pid ?? 0), 'SIGKILL')));
  const { logging = { maxFile: 1 }, stdinOnce = false, alone = true } = options;
  const start = () =>
    startSupervisor({
      ...{ root, id, logging, stdinOnce, alone, env: {} },
      ...(options.health && { health: options.health }),
      finish: options.finish?.(files.directory) ?? [],
      descriptors: { ...own, status: status.read, held: [] },
    });
  let starting: Promise<ProcessId>;
  if (options.before) {
    const { stdin: input = -1, stdout = -1, stderr = -1 } = own;
    const streams = {
      stdin: new Socket({ fd: input, readable: false }),
      stdout: new Socket({ fd: stdout, writable: false }),
      stderr: new Socket({ fd: stderr, writable: false }),
    };
    const say = () => undefined;
    const keeper = new Keeper({ root, id, streams, logging, stdinOnce, say });
    await keeper.listen();
    await options.before(keeper, streams.stdout);
    starting = keeper.handOver(start);
    // The sockets close those themselves.
    for (const fd of [input, stdout, stderr]) open.splice(open.indexOf(fd), 1);
  } else starting = start();
  for (const fd of open) closeSync(fd);
  const supervisor = await starting;
  const { stdin = false, terminal = false } = options;
  const spec = { interactive: stdin || terminal, tty: terminal };
  const state = { status: 'running', run: 'r', supervisor, process: idOf(wrapper.pid ?? 0) };
  const config = { id, name: 'one', created: new Date().toISOString(), image: { name: 'lab' }, spec };
  writeFileSync(files.config, JSON.stringify(config));
  writeFileSync(files.state, JSON.stringify(state));
  return {
    ...{ root, files, supervisor },
    killWrapper: () => void wrapper.kill('SIGKILL'),
    ended: async () => {
      while (isAlive(supervisor)) await sleep(5);
      const exit = readExit(files.exit);
      if (!exit) throw new Error(readFileSync(files.supervisorLog, 'utf8'));
      return exit;
    },
    connect: async () => await connect(files.socket),
    attach: async (wanted = false) =>
      new Client(await connect(files.socket), { request: 'attach', stdin: wanted }),
    sizeBecomes: async (size) => {
      while ((await output(['stty', '-F', pts, 'size'])).trim() !== size) await sleep(5);
    },
  };
}

const idOf = (pid: number): ProcessId => ({ pid, startTime: startTimeOf(pid) ?? '' });

/** Somebody who is attached. */
export class Client {
  readonly connection: Connection;
  readonly #output: Buffer[] = [];
  readonly controls: Control[] = [];
  #came: (() => void) | undefined;

  constructor(connection: Connection, request: Control) {
    this.connection = connection;
    connection.control(request);
    void connection.closed.then(() => this.#came?.());
    connection.onFrame(({ channel, payload }) => {
      if (channel === Channel.control) this.controls.push(parseControl(payload));
      else this.#output.push(payload);
      this.#came?.();
    });
  }

  get output(): string {
    return this.outputBytes.toString('latin1');
  }

  get outputBytes(): Buffer {
    return Buffer.concat(this.#output);
  }

  type(text: string): void {
    this.connection.send(Channel.stdin, Buffer.from(text));
  }

  /** Waits until it holds, looking again whenever something has come. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.connection.socket.destroyed) throw new Error(`gone before: ${this.output.slice(-200)}`);
      await new Promise<void>((resolve) => {
        this.#came = resolve;
      });
    }
  }

  async says(text: string): Promise<void> {
    await this.until(() => this.output.includes(text));
  }

  get exited(): Promise<unknown> {
    return this.until(() => this.controls.some(({ exited }) => exited !== undefined)).then(
      () => this.controls.find(({ exited }) => exited)?.exited,
    );
  }
}

/** Without the records' headers: the bytes of one stream as the container wrote them. */
export function loggedBytes(path: string, wanted: 'stdout' | 'stderr' = 'stdout'): Buffer {
  const pieces: Buffer[] = [];
  const log = readFileSync(path);
  for (let at = 0; at < log.length; ) {
    const end = log.indexOf(10, at);
    if (log.toString('latin1', at + 31, at + 37) === wanted)
      pieces.push(log.subarray(at + 40, log[at + 38] === 0x46 ? end + 1 : end));
    at = end + 1;
  }
  return Buffer.concat(pieces);
}
