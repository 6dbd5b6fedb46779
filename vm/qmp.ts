/** The one thing that QEMU is asked while it runs: to end. docs/interop/qmp-spec of QEMU. */
import { connect } from 'node:net';

/** @returns false when no QEMU listens on the socket: the machine does not run */
export function isRunning(socket: string): Promise<boolean> {
  return talk(socket, []);
}

/** Ends a machine like pulling its plug, and waits until QEMU is gone. @returns false when none runs */
export function quit(socket: string): Promise<boolean> {
  return talk(socket, ['qmp_capabilities', 'quit'], 10_000);
}

/** Waits until QEMU closes the connection because it ends. @returns false when none runs */
export const waitForEnd = (socket: string, milliseconds: number): Promise<boolean> =>
  talk(socket, ['qmp_capabilities'], milliseconds);

function talk(socket: string, commands: readonly string[], milliseconds?: number): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    const done = (answer: boolean) => {
      connection.destroy();
      resolve(answer);
    };
    connection.on('error', () => done(false));
    connection.on('connect', () => {
      if (commands.length === 0) return done(true);
      for (const execute of commands) connection.write(`${JSON.stringify({ execute })}\n`);
    });
    // Read, or else the end would not be noticed.
    connection.resume().on('close', () => done(true));
    if (milliseconds !== undefined) connection.setTimeout(milliseconds, () => done(false));
  });
}
