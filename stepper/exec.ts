/** `tsstep exec`: one more process in a container that runs. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { Known } from '../core/known.ts';
import type { Exit, RunningContainer } from '../core/machine.ts';
import type { Failure } from '../core/operation.ts';
import { execPipeline } from '../core/pipeline.ts';
import type { ContainerConfig } from '../core/store/config.ts';
import { recordContainer } from '../core/store/lifecycle-log.ts';
import { attach } from './attach.ts';
import { type Driven, drive } from './drive.ts';
import { Interrupts } from './interrupts.ts';
import { type OpenedSession, openSession, requireRoot, type SessionRequest } from './open-session.ts';
import { showFailure, showProblems } from './show-failure.ts';
import type { Stepping } from './stepping.ts';

export interface ExecRequest extends SessionRequest {
  /** Of the container. */
  config: ContainerConfig;
  stepping: Stepping;
  faults: ReadonlyMap<string, string>;
  /** The command's output goes to stdout and stderr; `--ui json` has it in the events. */
  showOutput: boolean;
  /** Return as soon as the command runs. */
  detach: boolean;
  /** What a signal to this process does: leave the command to itself, or end it. */
  signals: 'leave' | 'kill';
  /** With a terminal: what leaves the command alone. */
  detachKeys: Buffer;
}

/** @throws TsstepError not-root, usage */
export async function exec(request: ExecRequest): Promise<number> {
  requireRoot('exec');
  const opened = openSession(request, execPipeline);
  const { session, events } = opened;
  const interrupts = new Interrupts(request, () => session.machine.close());
  try {
    await opened.start();
    const driven = await drive({ ...request, session, events, stop: interrupts });
    const { container } = session.machine;
    if (driven.result !== 'started' || !container) return ended(driven, opened, request, interrupts.code);
    events.emit({ type: 'started', pid: container.pid });
    const tell = telling(request, session.known);
    tell('exec_create', request.spec.command);
    tell('exec_start', request.spec.command);
    session.close();
    interrupts.letGo();
    const exit = request.detach ? leave(opened, container) : await stay(request, opened, container);
    if (!request.detach) tell('exec_die', [], { exitCode: String(exit.code) });
    events.emit({ type: 'session-ended', result: 'exited', code: exit.code });
    return exit.code;
  } finally {
    interrupts.stop();
    opened.close();
  }
}

/** Docker's events of one execution. Nobody sees the end of one that is detached. */
function telling({ config }: ExecRequest, { host }: Known) {
  const execID = randomBytes(32).toString('hex');
  return (action: string, words: readonly string[], more: Readonly<Record<string, string>> = {}): void => {
    const text = words.length > 0 ? `${action}: ${words.join(' ')}` : action;
    recordContainer(host.root, config, text, { execID, ...more });
  };
}

async function stay(
  request: ExecRequest,
  { session, events }: OpenedSession,
  container: RunningContainer,
): Promise<Exit> {
  const { spec, frontEnd, showOutput, eventFiles } = request;
  const ahead = await frontEnd.release();
  session.machine.release();
  const record = eventFiles.length > 0 || !showOutput ? events : undefined;
  const { signals, detachKeys } = request;
  const exit = await attach({ container, spec, ahead, record, show: showOutput, signals, detachKeys });
  if (!exit) return detached(container);
  events.emit({ type: 'exited', ...exit, oomKilled: false });
  return exit;
}

function detached(container: RunningContainer): Exit {
  process.stderr.write('read escape sequence\n');
  hold(container);
  return { code: 1 };
}

/** A terminal whose master side nobody holds is hung up; what is written to it has to go somewhere as well. */
function hold({ descriptors: { terminal } }: RunningContainer): void {
  if (terminal !== undefined) spawn('cat', { stdio: [terminal, 'ignore', 'ignore'], detached: true }).unref();
}

function leave({ session }: OpenedSession, container: RunningContainer): Exit {
  hold(container);
  session.machine.release();
  return { code: 0 };
}

function ended(
  driven: Driven,
  { session, events }: OpenedSession,
  request: ExecRequest,
  interrupted: number,
): number {
  if (driven.result === 'kept') session.machine.hold();
  const code =
    driven.result === 'failed' ? codeOf(driven.failure, request) : driven.result === 'kept' ? 0 : interrupted;
  if (driven.result === 'failed') showFailure(driven.failure, driven.at);
  if ('problems' in driven) showProblems(driven.problems);
  events.emit({
    type: 'session-ended',
    result: driven.result === 'started' ? 'failed' : driven.result,
    code,
  });
  return code;
}

/** Docker's (20.10): 1 where nothing was tried or nobody waits for it, 126 whatever kept the command from running. */
function codeOf({ code }: Failure, { detach }: ExecRequest): number {
  return detach || code === 'container-state' || code === 'no-such-container' ? 1 : 126;
}
