/** How a container's process ended: as its wrapping shell says it, and as it is written down. */
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { replaceFile } from '../replace-file.ts';
import type { ExitRecord } from './order.ts';

/** Waits for the line on the status pipe. Its end without one: the shell that waits for the process was killed, and PID 1 with it. */
export async function readStatus(fd: number): Promise<ExitRecord> {
  let text = '';
  const pipe = new Socket({ fd, writable: false }).setEncoding('latin1');
  pipe.on('data', (piece) => {
    text += piece;
  });
  await new Promise<void>((resolve) => pipe.on('error', () => resolve()).on('close', () => resolve()));
  const at = new Date().toISOString();
  const code = /^(\d{1,3})\n/.exec(text)?.[1];
  if (code !== undefined) return { code: Number(code), at };
  return {
    code: 137,
    signal: 'SIGKILL',
    at,
    error:
      'its exit code is not known: the shell that waited for it was killed, which kills the container too',
  };
}

/** In one step, and on the disk: whoever mends things after a crash believes it. @throws the system's error */
export function writeExit(path: string, exit: ExitRecord): void {
  replaceFile(path, `${JSON.stringify(exit)}\n`, { sync: true });
}

/** Undefined: no supervisor has seen it end. */
export function readExit(path: string): ExitRecord | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ExitRecord;
  } catch {
    return undefined;
  }
}
