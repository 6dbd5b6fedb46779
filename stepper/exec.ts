/** `tsstep exec`: one more process in a container that runs. */
import { spawn } from 'node:child_process';
import type { Exit, RunningContainer } from '../core/machine.ts';
import type { Failure } from '../core/operation.ts';
import { execPipeline } from '../core/pipeline.ts';
import { attach } from './attach.ts';
import { type Driven, drive } from './drive.ts';
import { Interrupts } from './interrupts.ts';
import { type OpenedSession, openSession, requireRoot } from './open-session.ts';
import type { RunRequest } from './run.ts';
import { showFailure, showProblems } from './show-failure.ts';

export interface ExecRequest extends RunRequest {
  /** Return as soon as the command runs. */
  detach: boolean;
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
    session.close();
    interrupts.letGo();
    const exit = request.detach ? leave(opened, container) : await stay(request, opened, container);
    events.emit({ type: 'session-ended', result: 'exited', code: exit.code });
    return exit.code;
  } finally {
    interrupts.stop();
    opened.close();
  }
}

async function stay(
  request: ExecRequest,
  { session, events }: OpenedSession,
  container: RunningContainer,
): Promise<Exit> {
  const { spec, frontEnd, showOutput, eventFiles } = request;
  const ahead = frontEnd.release();
  session.machine.release();
  const record = eventFiles.length > 0 || !showOutput ? events : undefined;
  const exit = await attach({ container, spec, ahead, record, show: showOutput, leaves: true });
  events.emit({ type: 'exited', ...exit, oomKilled: false });
  return exit;
}

/** A terminal whose master side nobody holds is hung up; what is written to it has to go somewhere as well. */
function leave({ session }: OpenedSession, { descriptors: { terminal } }: RunningContainer): Exit {
  if (terminal !== undefined) spawn('cat', { stdio: [terminal, 'ignore', 'ignore'], detached: true }).unref();
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
