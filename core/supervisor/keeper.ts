/**
 * What keeps a container that runs: its output goes to the log and to who is attached, its input comes from them. The same in the
 * foreground, inside `tsstep run`, and in the program of a detached container (main.ts).
 */
import type { ContainerStreams, Exit } from '../machine.ts';
import { containerFiles } from '../paths.ts';
import type { Logging } from '../spec/types.ts';
import { Attachments } from './attachments.ts';
import { ContainerInput } from './input.ts';
import { ContainerLog } from './log.ts';
import { ContainerOutput } from './output.ts';
import { type RequestHandlers, SupervisorServer } from './server.ts';

/** Output that is still in the pipe when the process has ended; a child that outlives it (--pid host) may never close it. */
const DRAIN_MILLISECONDS = 2000;
/** A client that is told of the end, and does not read. */
const FAREWELL_MILLISECONDS = 2000;

export interface KeeperOptions {
  root: string;
  id: string;
  streams: ContainerStreams;
  logging: Logging;
  /** Its standard input ends with the first client's (docker's StdinOnce: `run -i`); else it stays open (`run -d -i`). */
  stdinOnce: boolean;
  /** Requests other than `attach`. */
  handlers?: RequestHandlers;
  /** What somebody should know and nothing ends for: a full disk. */
  say(line: string): void;
}

export class Keeper {
  readonly output: ContainerOutput;
  readonly input: ContainerInput | undefined;
  readonly attachments: Attachments;
  readonly #log: ContainerLog;
  readonly #server: SupervisorServer;

  /** Opens the log; nothing is read before `start`. @throws the system's error */
  constructor({ root, id, streams, logging, stdinOnce, handlers, say }: KeeperOptions) {
    const files = containerFiles(root, id);
    this.output = new ContainerOutput(streams);
    this.input = streams.terminal || streams.stdin ? new ContainerInput(streams, stdinOnce) : undefined;
    const { output, input } = this;
    this.attachments = new Attachments({ output, input, terminal: streams.terminal });
    const log = new ContainerLog(files.log, { logging, say });
    this.#log = log;
    output.add((stream, chunk) => {
      log.write(stream, chunk);
      return undefined;
    });
    this.#server = new SupervisorServer(files.socket, { ...handlers, attach: this.attachments.attach });
  }

  /** Listens. Add what else takes the output first, then `output.start()`. @throws the system's error */
  async listen(): Promise<void> {
    await this.#server.listen();
  }

  /** Waits for the rest of the output of a process that has ended. @param alone every writer has ended with it (a pid namespace of its own) */
  async drain(alone: boolean): Promise<void> {
    await outputRead(this.output, alone);
  }

  /** Tells who is attached, and closes everything. `exit` is undefined when somebody else keeps it from now on. */
  async close(exit: Exit | undefined): Promise<void> {
    this.#log.close();
    if (exit) this.attachments.exited(exit);
    await this.#server.close(FAREWELL_MILLISECONDS);
  }
}

/** With a pid namespace of its own every writer ends with PID 1, so the output ends too, however slowly it is read. */
export async function outputRead(output: ContainerOutput, alone: boolean): Promise<void> {
  if (alone) return await output.ended;
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DRAIN_MILLISECONDS);
  });
  await Promise.race([output.ended, enough]);
  clearTimeout(timer);
}
