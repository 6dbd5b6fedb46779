/** The clients that are attached to a container through its socket: each sees its output, and may write to its input. */
import type { ContainerStreams, Exit } from '../machine.ts';
import type { Connection } from './connection.ts';
import { Channel, type Control, type Frame, parseControl, type WindowSize } from './frames.ts';
import type { ContainerInput } from './input.ts';
import type { ContainerOutput, OutputSink } from './output.ts';

/** What is kept for a client that does not read, in bytes. */
const BUFFER = 4 * 1024 * 1024;
/** Then the container is held up for it, but no longer than this: a client that was stopped (Ctrl-Z) is no reason. */
const PATIENCE_MILLISECONDS = 250;

export interface Attachable {
  output: ContainerOutput;
  input?: ContainerInput | undefined;
  terminal?: ContainerStreams['terminal'] | undefined;
}

export class Attachments {
  readonly #container: Attachable;
  readonly #connections = new Set<Connection>();

  constructor(container: Attachable) {
    this.#container = container;
  }

  /** How many are attached now. */
  get size(): number {
    return this.#connections.size;
  }

  /** The handler for `{ request: 'attach', stdin, size? }`. */
  readonly attach = (connection: Connection, request: Control): void => {
    const { input, output, terminal } = this.#container;
    const own = request.stdin === true ? input : undefined;
    connection.control({ attached: true, terminal: terminal !== undefined });
    if (isSize(request.size)) this.#resize(request.size);
    this.#connections.add(connection);
    const remove = output.add(sinkOf(connection));
    const ended = once(() => own?.writerEnded());
    connection.onFrame((frame) => {
      if (frame.channel === Channel.control) this.#controlled(frame, ended);
      else if (frame.channel === Channel.stdin && own) feed(connection, own, frame.payload);
    });
    connection.socket.once('end', ended);
    void connection.closed.then(() => {
      this.#connections.delete(connection);
      remove();
      ended();
    });
  };

  /** Tells everybody, after the output. */
  exited({ code, signal }: Exit): void {
    for (const connection of this.#connections)
      connection.control({ exited: { code, ...(signal && { signal }) } });
  }

  #controlled({ payload }: Frame, ended: () => void): void {
    const control = parseControl(payload);
    if (isSize(control.resize)) this.#resize(control.resize);
    if (control.closeStdin === true) ended();
  }

  #resize({ rows, columns }: WindowSize): void {
    this.#container.terminal?.resize(rows, columns);
  }
}

function feed({ socket }: Connection, input: ContainerInput, payload: Buffer): void {
  const wait = input.write(payload);
  if (!wait) return;
  socket.pause();
  void wait.then(() => socket.resume());
}

function sinkOf(connection: Connection): OutputSink {
  const { socket } = connection;
  let cut = false;
  return (stream, chunk) => {
    if (cut) return undefined;
    connection.send(Channel[stream], chunk);
    if (socket.writableLength <= BUFFER) return undefined;
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        socket.off('drain', done).off('close', done);
        resolve();
      };
      const timer = setTimeout(() => {
        // A client that reads the rest finds the reason behind it; one that does not must not keep the memory for ever.
        cut = true;
        connection.control({
          error: 'too slow: it had not read the container’s output for so long that it was let go',
        });
        socket.end();
        setTimeout(() => socket.destroy(), 20 * PATIENCE_MILLISECONDS).unref();
        done();
      }, PATIENCE_MILLISECONDS);
      socket.on('drain', done).on('close', done);
    });
  };
}

/** What ioctl_tty(2) has room for. */
function isSize(value: unknown): value is WindowSize {
  const { rows, columns } = (value ?? {}) as Partial<WindowSize>;
  return [rows, columns].every((n) => Number.isInteger(n) && (n as number) > 0 && (n as number) < 65536);
}

function once(fn: () => void): () => void {
  let done = false;
  return () => {
    if (!done) fn();
    done = true;
  };
}
