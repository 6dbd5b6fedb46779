/** One end of a supervisor's socket: frames out, frames in. */
import { closeSync, constants, openSync } from 'node:fs';
import { connect as connectSocket, type Socket } from 'node:net';
import { basename, dirname } from 'node:path';
import { type Channel, type Control, controlFrame, type Frame, FrameDecoder, frameHeader } from './frames.ts';

export class Connection {
  readonly socket: Socket;
  /** Settles when the other end has gone, or this one has closed. */
  readonly closed: Promise<void>;
  readonly #decoder = new FrameDecoder();
  #take: ((frame: Frame) => void) | undefined;
  readonly #early: Frame[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
    // What goes wrong with a socket ends it, and `closed` says so.
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('data', (chunk: Buffer) => this.#came(chunk));
    socket.on('end', () => socket.end());
  }

  /** Every frame from now on, those first that came before anybody asked; undefined: they wait for the next who asks. */
  onFrame(take: ((frame: Frame) => void) | undefined): void {
    this.#take = take;
    if (take) for (const frame of this.#early.splice(0)) take(frame);
  }

  control(control: Control): void {
    if (!this.socket.writable) return;
    this.socket.write(controlFrame(control));
  }

  /** @returns false when the other end does not keep up: `drain` on the socket tells when it has */
  send(channel: Channel, payload: Buffer): boolean {
    const { socket } = this;
    if (!socket.writable) return true;
    socket.cork();
    socket.write(frameHeader(channel, payload.length));
    const room = socket.write(payload);
    socket.uncork();
    return room;
  }

  #came(chunk: Buffer): void {
    try {
      for (const frame of this.#decoder.push(chunk)) {
        if (this.#take) this.#take(frame);
        else this.#early.push(frame);
      }
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof SyntaxError)) throw error;
      this.control({ error: error.message });
      this.socket.end();
    }
  }
}

/**
 * Does something with a socket's path that fits into the 108 bytes of sun_path (unix(7)), however long its directory's is.
 * The directory stays open until `release`.
 */
export function shortPath(path: string): { path: string; release(): void } {
  const directory = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  return { path: `/proc/self/fd/${directory}/${basename(path)}`, release: () => closeSync(directory) };
}

/** Connects to a supervisor. @throws the system's error: ENOENT, ECONNREFUSED when nobody listens there (any more) */
export async function connect(path: string): Promise<Connection> {
  const short = shortPath(path);
  try {
    const socket = connectSocket({ path: short.path, allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new Connection(socket);
  } finally {
    short.release();
  }
}
