/**
 * The program that keeps a detached container, dist/supervisor.cjs: `node supervisor.cjs ORDER`, ORDER a `SupervisorOrder` as JSON.
 *
 *     0, 1   /dev/null
 *     2      the container's supervisor.log: what it and `finish` have to say
 *     3      `ready`: one line, `ready`, when it listens and has the log open. The end without it: it failed, and why is on 2
 *     4 …    the descriptors that ORDER names
 *
 * It reads the container's output into the log, serves who attaches, and waits for the exit code. Then it writes exit.json, starts
 * `finish`, and ends when that has taken over: by ending, or with a byte on its descriptor 3. It makes no decision of its own and
 * changes no state: that takes a tsstep, which is ten times its size and lives for a moment.
 */
import { spawn } from 'node:child_process';
import { closeSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { ReadStream } from 'node:tty';
import type { ContainerStreams } from '../machine.ts';
import { containerFiles } from '../paths.ts';
import { readStatus, writeExit } from './exit-status.ts';
import { closeStrangers } from './inherited.ts';
import { keepHealth } from './keep-health.ts';
import { Keeper } from './keeper.ts';
import type { Descriptors, SupervisorOrder } from './order.ts';
import { resizer } from './window-size.ts';

const READY = 3;

const say = (line: string): void => {
  try {
    writeSync(2, `${new Date().toISOString()} ${line}\n`);
  } catch {
    // Its log is on the disk that is full.
  }
};

function streamsOf({ stdin, stdout, stderr, terminal }: Descriptors): ContainerStreams {
  if (terminal !== undefined)
    return { terminal: { stream: new ReadStream(terminal), resize: resizer(terminal) } };
  return {
    ...(stdin !== undefined && { stdin: new Socket({ fd: stdin, readable: false }) }),
    ...(stdout !== undefined && { stdout: new Socket({ fd: stdout, writable: false }) }),
    ...(stderr !== undefined && { stderr: new Socket({ fd: stderr, writable: false }) }),
  };
}

/** Settles when somebody else has taken over, or cannot. */
async function finish([command, ...words]: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  if (command === undefined) return;
  const child = spawn(command, words, { stdio: ['ignore', 2, 2, 'pipe'], env, detached: true, cwd: '/' });
  await new Promise<void>((resolve) => {
    child.on('error', (error) => {
      say(`cannot start what tidies up (tsstep clean does it too): ${error.message}`);
      resolve();
    });
    child.on('exit', (code) => {
      if (code !== 0)
        say(`${command} ${words.join(' ')} ended with ${code}; tsstep clean takes back what is left`);
      resolve();
    });
    const taken = child.stdio[3] as Socket | null;
    taken?.once('data', () => resolve()).on('error', () => undefined);
  });
}

async function main(): Promise<void> {
  const order = JSON.parse(process.argv[2] ?? '') as SupervisorOrder;
  const { root, id, descriptors, alone } = order;
  // Whoever reads ps sees whose it is; tsstep itself does, where a port is taken.
  process.title = `tsstep-supervisor ${id.slice(0, 12)}`;
  const { held, ...used } = descriptors;
  closeStrangers([...held, ...Object.values(used)]);
  const exited = readStatus(descriptors.status);
  const keeper = new Keeper({ ...order, streams: streamsOf(descriptors), say });
  await keeper.listen();
  keeper.output.start();
  writeSync(READY, 'ready\n');
  closeSync(READY);
  const environment = { PATH: process.env.PATH, ...order.env };
  const health = order.health && keepHealth(root, id, order.health, environment);
  const exit = await exited;
  health?.stop();
  if (exit.error) say(exit.error);
  await keeper.drain(alone);
  try {
    writeExit(containerFiles(root, id).exit, exit);
  } catch (error) {
    say(`exit.json cannot be written, the exit code was ${exit.code}: ${(error as Error).message}`);
  }
  await keeper.close(exit);
  await finish(order.finish, environment);
}

// A container ends by signals to its own processes. What is sent to the supervisor, as by a shutdown that ends everything, must
// not make it let go of one that runs. SIGUSR1 would have Node open a port for a debugger.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const)
  process.on(signal, () => undefined);

process.on('uncaughtException', (error) => {
  say(`a mistake in tsstep itself: ${error.stack ?? error.message}`);
  process.exit(1);
});

// Whatever is still open, like the output of a process that outlives the container, must not keep it.
void main().then(() => process.exit(0));
