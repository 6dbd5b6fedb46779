import type { Probe, Tree } from '../snapshot.ts';
import { line, link, text } from './read.ts';
import { statFields, status, target } from './target.ts';

/** R, S and D alternate by the microsecond and mean the same to a person: it lives. */
const states: Readonly<Record<string, string>> = { T: 'stopped', t: 'traced' };

/** What the process is: its program, where it stands in the tree of files, its numbers in each pid namespace (outermost first). */
export const process: Probe = (context) => {
  const directory = target(context);
  const now = status(context);
  const stat = directory && statFields(directory);
  if (!directory || !now || !stat) return undefined;
  const found: Tree = { state: states[stat[0] ?? ''] ?? 'running', tty: terminal(Number(stat[4])) };
  for (const name of ['NSpid', 'NSpgid', 'NSsid']) found[name] = (now[name] ?? '').replaceAll('\t', ' ');
  found.PPid = Number(now.PPid);
  const rest = {
    comm: line(`${directory}/comm`),
    cmdline: commandLine(directory),
    exe: link(`${directory}/exe`),
    cwd: link(`${directory}/cwd`),
    root: link(`${directory}/root`),
  };
  for (const [name, value] of Object.entries(rest)) if (value !== undefined) found[name] = value;
  return found;
};

/** /proc/PID/cmdline on one line: arguments with spaces are quoted. A program that gives itself a title pads it with zeros. */
export function commandLine(directory: string): string | undefined {
  const words = text(`${directory}/cmdline`)?.replace(/\0+$/, '').split('\0');
  return words?.map((word) => (/^[^\s'"]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
}

/** tty_nr: the minor number is in bits 31 to 20 and 7 to 0, the major in 15 to 8 (proc_pid_stat(5)). */
function terminal(number: number): string {
  if (number === 0) return 'none';
  return `${(number >> 8) & 0xff}:${((number >>> 20) << 8) | (number & 0xff)}`;
}
