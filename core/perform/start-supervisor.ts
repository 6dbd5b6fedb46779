/** Starts the program that keeps a detached container. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { TsstepError } from '../errors.ts';
import { ownFile } from '../host/program-files.ts';
import { startTimeOf } from '../kernel/proc.ts';
import type { ProcessId } from '../known.ts';
import { containerFiles } from '../paths.ts';
import type { Descriptors, SupervisorOrder } from '../supervisor/order.ts';

/** What is first given away: 0 is its order, 1 and 2 are its own, 3 is `ready`. */
const FIRST = 4;

/**
 * `descriptors` are this process's; the program has duplicates of them when this returns its promise, so they may be closed then.
 * It is started before this function first waits: what was not read by then is the supervisor's to read.
 *
 * @throws TsstepError internal when it cannot keep the container
 */
export async function startSupervisor(order: SupervisorOrder): Promise<ProcessId> {
  const { descriptors, inherited } = renumbered(order.descriptors);
  const log = openSync(containerFiles(order.root, order.id).supervisorLog, 'a', 0o600);
  const child = spawn(process.execPath, [ownFile('dist/supervisor.cjs')], {
    stdio: ['pipe', 'ignore', log, 'pipe', ...inherited],
    // A session of its own, and no directory that somebody wants to unmount.
    detached: true,
    cwd: '/',
    env: { PATH: process.env.PATH },
  });
  closeSync(log);
  // Not as an argument: everybody may read those (proc_pid_cmdline(5)), and one has 128 KiB at most (execve(2)).
  const input = child.stdio[0] as Writable;
  // One that ends before it has read everything says why in its log.
  input.on('error', () => undefined).end(JSON.stringify({ ...order, descriptors }));
  const { pid } = child;
  const failed = new Promise<Error>((resolve) => child.once('error', resolve));
  const said = await Promise.race([readAll(child.stdio[3] as Readable), failed]);
  child.unref();
  const startTime = pid === undefined ? undefined : startTimeOf(pid);
  if (said === 'ready\n' && pid !== undefined && startTime !== undefined) return { pid, startTime };
  throw new TsstepError({
    code: 'internal',
    what: 'the supervisor of the container has not started',
    why: said instanceof Error ? said.message : 'it ended before it could keep anything',
    remedy: `${containerFiles(order.root, order.id).supervisorLog} has what it said`,
  });
}

/** The same descriptors with the numbers that they get in the new process, and ours in that order. */
function renumbered(descriptors: Descriptors): { descriptors: Descriptors; inherited: number[] } {
  const inherited: number[] = [];
  const give = (fd: number): number => FIRST + inherited.push(fd) - 1;
  const { held, ...named } = descriptors;
  const entries = Object.entries(named).filter(([, fd]) => fd !== undefined);
  const renamed = Object.fromEntries(entries.map(([name, fd]) => [name, give(fd)]));
  return { descriptors: { ...(renamed as Omit<Descriptors, 'held'>), held: held.map(give) }, inherited };
}

/** Until its end; an error is one. */
async function readAll(stream: Readable): Promise<string> {
  let text = '';
  stream.setEncoding('latin1');
  stream.on('data', (piece: string) => {
    text += piece;
  });
  await new Promise<void>((resolve) => stream.on('error', () => resolve()).on('close', () => resolve()));
  return text;
}
