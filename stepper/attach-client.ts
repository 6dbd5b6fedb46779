/** Between the person's terminal and a container that another process keeps: `attach`, `start -a`. */
import { TsstepError } from '../core/errors.ts';
import { errnoOf } from '../core/kernel/errno.ts';
import type { Exit } from '../core/machine.ts';
import { containerFiles } from '../core/paths.ts';
import { type Connection, connect } from '../core/supervisor/connection.ts';
import { Channel, type Frame, parseControl } from '../core/supervisor/frames.ts';
import { followSize, rawTerminal } from './terminal/screen.ts';
import { showOutput } from './terminal/show-output.ts';
import { forwardSignals } from './terminal/signals.ts';
import { type InputTarget, passTyped } from './terminal/typed.ts';

export interface ClientOptions {
  root: string;
  id: string;
  /** For people. */
  name: string;
  /** Standard input is passed on. */
  stdin: boolean;
  /** The container has a terminal. */
  tty: boolean;
  detachKeys: Buffer;
  /** Sends a signal to the container's process; absent: signals are this process's own. */
  signal?: ((signal: NodeJS.Signals) => void) | undefined;
}

/** `gone`: nobody reads our output any more. */
export type Parting = { exited: Exit } | 'detached' | 'gone';

/** @returns how it went @throws TsstepError supervisor */
export async function attachThroughSocket(options: ClientOptions): Promise<Parting> {
  const { root, id, name, stdin, tty, detachKeys, signal } = options;
  const connection = await connect(containerFiles(root, id).socket).catch((error: unknown) => {
    throw unreachable(name, error);
  });
  const finishers: (() => void)[] = [];
  try {
    connection.control({ request: 'attach', stdin });
    const parting = new Promise<Parting>((resolve, reject) => {
      connection.onFrame(receiver(connection, name, resolve, reject));
      void connection.closed.then(() => reject(cutOff(name)));
      const gone = () => resolve('gone');
      process.stdout.on('error', gone);
      finishers.push(() => process.stdout.off('error', gone));
      if (signal) finishers.push(forwardSignals(signal));
      if (tty && process.stdout.isTTY) finishers.push(sendSize(connection));
      if (tty && stdin) finishers.push(rawTerminal());
      const detach = tty ? { keys: detachKeys, detached: () => resolve('detached') } : undefined;
      if (stdin) finishers.push(passTyped(inputOf(connection), { detach }));
    });
    return await parting;
  } finally {
    for (const finish of finishers) finish();
    connection.socket.destroySoon();
  }
}

function receiver(
  connection: Connection,
  name: string,
  resolve: (parting: Parting) => void,
  reject: (error: TsstepError) => void,
): (frame: Frame) => void {
  const { socket } = connection;
  return ({ channel, payload }) => {
    if (channel !== Channel.control) {
      const wait = showOutput(channel === Channel.stderr ? 'stderr' : 'stdout', payload);
      if (!wait) return;
      socket.pause();
      void wait.then(() => socket.resume());
      return;
    }
    const { exited, error } = parseControl(payload);
    if (exited) resolve({ exited: exited as Exit });
    else if (error !== undefined) reject(refused(name, String(error)));
  };
}

/** One row more at first: a program that draws its own screen does so anew when the size changes, and only then. */
function sendSize(connection: Connection): () => void {
  const { rows, columns } = process.stdout;
  if (rows && columns) connection.control({ resize: { rows: rows + 1, columns } });
  return followSize((rows, columns) => connection.control({ resize: { rows, columns } }));
}

function inputOf(connection: Connection): InputTarget {
  const { socket } = connection;
  return {
    write: (chunk) => {
      if (connection.send(Channel.stdin, chunk)) return undefined;
      return new Promise((resolve) => {
        const done = () => {
          socket.off('drain', done).off('close', done);
          resolve();
        };
        socket.on('drain', done).on('close', done);
      });
    },
    writerEnded: () => connection.control({ closeStdin: true }),
  };
}

function unreachable(name: string, error: unknown): TsstepError {
  return new TsstepError({
    code: 'supervisor',
    what: `cannot connect to what keeps ${name}`,
    why: `nobody listens on its socket (${errnoOf(error) ?? String(error)}): it has just ended, or its supervisor was killed`,
    remedy: 'tsstep ps -a shows which; tsstep clean takes back what is left',
  });
}

function cutOff(name: string): TsstepError {
  return new TsstepError({
    code: 'supervisor',
    what: `the connection to ${name} has ended`,
    why: 'its supervisor has closed it without an exit code: it was killed, or the container has gone over to another one',
    remedy: 'tsstep ps -a shows whether it runs; then attach again, or tsstep clean',
  });
}

function refused(name: string, error: string): TsstepError {
  return new TsstepError({
    code: 'supervisor',
    what: `detached from ${name}, which runs on`,
    why: error,
    remedy: `tsstep logs -f ${name} loses nothing, however slowly it is read`,
  });
}
