/**
 * How another terminal speaks to a container that is being made, over its socket (core/supervisor/frames.ts):
 *
 *     client → { request: 'debug', line: 'next', appearance: { columns, colours } }
 *            ← stdout frames: what the command says, and what happens because of it
 *            ← { done: CODE } at the next pause or at the end, or { error }
 */
import { containerFiles } from '../../core/paths.ts';
import type { Connection } from '../../core/supervisor/connection.ts';
import { Channel, type Control } from '../../core/supervisor/frames.ts';
import { SupervisorServer } from '../../core/supervisor/server.ts';
import type { Appearance } from '../plain/style.ts';
import type { RemoteConsole } from './console.ts';

/** Milliseconds that a client has for reading the rest. */
const PATIENCE = 1000;

/** Bytes. */
const PIECE = 64 * 1024;

/** @returns what ends it */
export async function listenForCommands(
  root: string,
  id: string,
  console: RemoteConsole,
): Promise<() => Promise<void>> {
  const server = new SupervisorServer(containerFiles(root, id).socket, {
    debug: (connection, request) => serve(console, connection, request),
  });
  await server.listen();
  return async () => await server.close(PATIENCE);
}

function serve(console: RemoteConsole, connection: Connection, { line, appearance }: Control): void {
  const client = {
    appearance: appearanceFrom(appearance),
    write: (text: string) => sendText(connection, Buffer.from(text)),
    end: (code: number) => {
      connection.control({ done: code });
      connection.socket.end();
    },
  };
  if (typeof line === 'string' && console.serve(client, line)) return;
  connection.control({ error: 'busy' });
  connection.socket.end();
}

/** A frame has a greatest length, and what a command writes may have any. */
function sendText(connection: Connection, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; at += PIECE)
    connection.send(Channel.stdout, bytes.subarray(at, at + PIECE));
}

function appearanceFrom(value: unknown): Appearance {
  const { columns, colours } = (value ?? {}) as Partial<Appearance>;
  return {
    columns: typeof columns === 'number' && columns > 0 ? columns : undefined,
    colours: colours === true,
  };
}
