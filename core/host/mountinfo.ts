import { readFileSync } from 'node:fs';

export interface MountEntry {
  point: string;
  fstype: string;
  superOptions: readonly string[];
}

/** Space, tab, newline and backslash are written as octal escapes. */
const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** What /proc/PID/mountinfo says, in its order (proc_pid_mountinfo(5)). */
export function parseMountinfo(text: string): MountEntry[] {
  return text.split('\n').flatMap((line): MountEntry[] => {
    const [before, after] = line.split(' - ');
    const point = before?.split(' ')[4];
    const [fstype = '', , options = ''] = after?.split(' ') ?? [];
    return point === undefined ? [] : [{ point: unescaped(point), fstype, superOptions: options.split(',') }];
  });
}

/** Where something is mounted in this process's mount namespace, without symlinks. */
export const mountPoints = (): string[] =>
  parseMountinfo(readFileSync('/proc/self/mountinfo', 'utf8')).map(({ point }) => point);
