/** Listens on a container's socket: root's only, as whoever can connect has the container's terminal. */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { Connection, shortPath } from './connection.ts';
import { Channel, type Control, parseControl } from './frames.ts';

/** Answers one kind of request. The connection is its own from here on; it says who gets its frames with `onFrame`. */
export type RequestHandler = (connection: Connection, request: Control) => void;

/** By the name of the request: `attach`. */
export type RequestHandlers = Readonly<Record<string, RequestHandler>>;

export class SupervisorServer {
  readonly #server: Server;
  readonly #path: string;
  readonly #connections = new Set<Connection>();
  #release: (() => void) | undefined;

  constructor(path: string, handlers: RequestHandlers) {
    this.#path = path;
    // With half open ones a client that has said all (`echo | attach`) still hears the rest.
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      const connection = new Connection(socket);
      this.#connections.add(connection);
      void connection.closed.then(() => this.#connections.delete(connection));
      connection.onFrame(({ channel, payload }) => {
        if (channel !== Channel.control) throw new SyntaxError('a request comes first');
        const request = parseControl(payload);
        const { request: name } = request;
        const handler =
          typeof name === 'string' && Object.hasOwn(handlers, name) ? handlers[name] : undefined;
        if (!handler) throw new SyntaxError(`no such request: ${String(name)}`);
        connection.onFrame(undefined);
        handler(connection, request);
      });
    });
  }

  /** Takes the place of a socket that a killed supervisor has left. @throws the system's error */
  async listen(): Promise<void> {
    rmSync(this.#path, { force: true });
    const short = shortPath(this.#path);
    // bind(2) is done before `listen` returns; nobody may connect between it and chmod(2).
    const umask = process.umask(0o177);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject);
        this.#server.listen({ path: short.path }, resolve);
        process.umask(umask);
      });
      chmodSync(this.#path, 0o600);
      this.#release = short.release;
    } catch (error) {
      short.release();
      throw error;
    } finally {
      process.umask(umask);
    }
  }

  /** Nobody new; those that are connected are closed, with what is still to be sent to them for at most `patience` ms. */
  async close(patience: number): Promise<void> {
    const connections = [...this.#connections];
    for (const { socket } of connections) socket.end();
    const timer = setTimeout(() => {
      for (const { socket } of connections) socket.destroy();
    }, patience);
    // Unlinks the socket too, by the path that it was bound with.
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await Promise.all(
      connections.map(({ socket }) =>
        socket.writableFinished || socket.destroyed
          ? undefined
          : new Promise<void>((resolve) => {
              socket.once('finish', resolve);
              socket.once('close', resolve);
            }),
      ),
    );
    clearTimeout(timer);
    for (const { socket } of connections) socket.destroySoon();
    await closed;
    this.#release?.();
    rmSync(this.#path, { force: true });
  }
}
