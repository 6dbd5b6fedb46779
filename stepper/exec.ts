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
import { type OpenedSession, requireRoot } from './open-session.ts';
import { type Outcome, type RunRequest, runSession } from './run-session.ts';

export interface ExecRequest extends RunRequest {
  /** Of the container. */
  config: ContainerConfig;
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
  return await runSession(request, execPipeline, (opened) => ({
    started: (letGo) => started(request, opened, letGo),
    codeOf: (failure) => codeOf(failure, request),
    notStarted: ({ result }) => {
      if (result === 'kept') opened.session.machine.hold();
    },
  }));
}

async function started(request: ExecRequest, opened: OpenedSession, letGo: () => void): Promise<Outcome> {
  const { session, events } = opened;
  const { container } = session.machine;
  if (!container) throw new Error('exec has succeeded, and there is no process');
  events.emit({ type: 'started', pid: container.pid });
  const tell = telling(request, session.known);
  tell('exec_create', request.spec.command);
  tell('exec_start', request.spec.command);
  session.close();
  letGo();
  const { code } = request.detach ? leave(opened, container) : await stay(request, opened, container);
  if (!request.detach) tell('exec_die', [], { exitCode: String(code) });
  return { result: 'exited', code };
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

/** Docker's (20.10): 1 where nothing was tried or nobody waits for it, 126 whatever kept the command from running. */
function codeOf({ code }: Failure, { detach }: ExecRequest): number {
  return detach || code === 'container-state' || code === 'no-such-container' ? 1 : 126;
}
