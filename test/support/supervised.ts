/** A container for the supervisor, made of a plain shell: it has descriptors and an exit code, and no namespaces. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { pipe } from '../../core/kernel/fs.ts';
import { isAlive } from '../../core/kernel/proc.ts';
import { openpt, setWindowSize } from '../../core/kernel/terminal.ts';
import type { ProcessId } from '../../core/known.ts';
import { containerFiles } from '../../core/paths.ts';
import { startSupervisor } from '../../core/perform/start-supervisor.ts';
import { type Connection, connect } from '../../core/supervisor/connection.ts';
import { readExit } from '../../core/supervisor/exit-status.ts';
import { Channel, type Control, parseControl } from '../../core/supervisor/frames.ts';
import type { ExitRecord, SupervisorOrder } from '../../core/supervisor/order.ts';
import { temporaryRoot } from '../unit/image/tars.ts';

export const id = 'c0'.repeat(32);

type Options = Partial<Pick<SupervisorOrder, 'logging' | 'stdinOnce' | 'alone' | 'finish'>> & {
  stdin?: boolean;
  terminal?: boolean;
  root?: string;
};

export interface Supervised {
  root: string;
  files: ReturnType<typeof containerFiles>;
  supervisor: ProcessId;
  /** The shell that says the exit code. */
  wrapper: ChildProcess;
  ended(): Promise<ExitRecord>;
  attach(stdin?: boolean): Promise<Client>;
}

/** Runs `script`; its exit code goes to the status pipe, as the wrapper of a container sends it. */
export async function supervised(script: string, options: Options = {}): Promise<Supervised> {
  const root = options.root ?? temporaryRoot();
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
  if (options.terminal) {
    const { master, number } = openpt('/dev/ptmx');
    keep(master);
    setWindowSize(master, 10, 20);
    const slave = keep(openSync(`/dev/pts/${number}`, 'r+'));
    wrapper = spawn('setsid', ['-c', 'sh', ...words], { stdio: [slave, slave, slave, status.write] });
    own = { terminal: master };
  } else {
    const [input, output, errors] = [options.stdin ? both() : undefined, both(), both()];
    const stdio = [input?.read ?? 'ignore', output.write, errors.write, status.write] as const;
    wrapper = spawn('sh', words, { stdio: [...stdio] });
    own = { stdout: output.read, stderr: errors.read, ...(input && { stdin: input.write }) };
  }
  const starting = startSupervisor({
    ...{ root, id, logging: { maxFile: 1 }, stdinOnce: false, alone: true, finish: [], env: {} },
    ...options,
    descriptors: { ...own, status: status.read, held: [] },
  });
  for (const fd of open) closeSync(fd);
  const supervisor = await starting;
  return {
    ...{ root, files, supervisor, wrapper },
    ended: async () => {
      while (isAlive(supervisor)) await sleep(5);
      const exit = readExit(files.exit);
      if (!exit) throw new Error(readFileSync(files.supervisorLog, 'utf8'));
      return exit;
    },
    attach: async (stdin = false) => new Client(await connect(files.socket), stdin),
  };
}

/** Somebody who is attached. */
export class Client {
  readonly connection: Connection;
  readonly #output: Buffer[] = [];
  readonly controls: Control[] = [];
  #bytes = 0;
  #came: (() => void) | undefined;

  constructor(connection: Connection, stdin: boolean) {
    this.connection = connection;
    connection.control({ request: 'attach', stdin });
    connection.onFrame(({ channel, payload }) => {
      if (channel === Channel.control) this.controls.push(parseControl(payload));
      else this.#output.push(payload);
      this.#bytes += payload.length;
      this.#came?.();
    });
  }

  get output(): string {
    return Buffer.concat(this.#output).toString('latin1');
  }

  get bytes(): number {
    return this.#bytes;
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
        this.connection.socket.once('close', () => resolve());
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
  const log = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  for (let at = 0; at < log.length; ) {
    const end = log.indexOf(10, at);
    if (log.toString('latin1', at + 31, at + 37) === wanted)
      pieces.push(log.subarray(at + 40, log[at + 38] === 0x46 ? end + 1 : end));
    at = end + 1;
  }
  return Buffer.concat(pieces);
}
