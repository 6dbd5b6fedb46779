import { readFileSync } from 'node:fs';
import type { ProcessId } from '../../core/known.ts';
import type { Event, EventOf } from '../../tracer/events.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { table } from './table.ts';

/** The most that a process ever had: VmHWM of /proc/PID/status (proc_pid_status(5)). */
export function peak(pid: number): string {
  const kib = Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return `${(kib / 1024).toFixed(0)} MiB`;
}

type Ended = Extract<EventOf<'operation-ended'>, { ok: true }>;

const isInit = (event: Event): event is Ended =>
  event.type === 'operation-ended' && event.ok && event.stage === 'namespaces' && event.name === 'init';

/** Init's is read right before execve, which gives it back. */
export async function memory(sandbox: Sandbox): Promise<string> {
  const paused = sandbox.startTsstep(['run', '--rm', '--break', 'exec:execve', 'lab', 'true'], {
    stdin: 'pipe',
    events: true,
  });
  await paused.event('a pause', (event): event is Event => event.type === 'paused');
  const { value } = await paused.event('init', isInit);
  const init = peak((value as unknown as ProcessId).pid);
  const watching = peak(paused.pid);
  paused.stdin.end();
  await paused.ended;
  const running = sandbox.startTsstep(['run', '--rm', 'lab', 'sh', '-c', 'echo up; exec sleep infinity']);
  await running.says('up');
  const supervisor = peak(running.pid);
  process.kill(running.descendant(2), 'SIGKILL');
  await running.ended;
  return table(
    'Peak memory',
    ['', 'resident'],
    [
      ['tsstep, nobody looking', supervisor],
      ['tsstep, with the prompt and an event stream', watching],
      ['init, until it becomes the command', init],
    ],
  );
}
