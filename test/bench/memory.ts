import { readFileSync } from 'node:fs';
import type { Event } from '../../tracer/events.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { table } from './table.ts';

/** The most that a process ever had: VmHWM of /proc/PID/status (proc_pid_status(5)). */
function peak(pid: number): string {
  const kib = Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return `${(kib / 1024).toFixed(0)} MiB`;
}

/** Init's is read right before execve, which gives it back. */
export async function memory(sandbox: Sandbox): Promise<string> {
  const paused = sandbox.startTsstep(['run', '--rm', '--break', 'exec:execve', 'lab', 'true'], {
    stdin: 'pipe',
    events: true,
  });
  await paused.event('a pause', (event): event is Event => event.type === 'paused');
  const init = peak(paused.descendant(2));
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
