import { usageError } from './usage.ts';

/** CPUs of `--cpus`; `available` is the host's number of them. */
export function parseCpus(text: string, available: number): number {
  const remedy = `give a number from 0.01 to ${available}: --cpus ${Math.min(0.5, available)}; leave --cpus away for no limit`;
  const match = /^\d*(?:\.(\d*))?$/.exec(text);
  if (!match || !/\d/.test(text))
    throw usageError('--cpus', text, 'it is not a positive decimal number', remedy);
  // Docker counts in billionths of a CPU and refuses what it would have to round.
  if ((match[1]?.replace(/0+$/, '').length ?? 0) > 9)
    throw usageError('--cpus', text, 'the value is too precise', remedy);
  const cpus = Number(text);
  // 1 ms is the smallest quota that the kernel accepts: 0.01 of the 100 ms period.
  if (cpus < 0.01)
    throw usageError('--cpus', text, 'the kernel cannot share out less than 0.01 CPUs', remedy);
  if (cpus > available) throw usageError('--cpus', text, `this host has ${available} CPUs`, remedy);
  return cpus;
}

/** The kernel's list format (cpuset(7)): numbers and ranges, `0-2,5`. Whether the CPUs exist is the host's to say. */
export function parseCpuset(text: string): string {
  const remedy = 'list CPUs by number: --cpuset-cpus 0-2,5';
  for (const part of text.split(',')) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (!match)
      throw usageError(
        '--cpuset-cpus',
        text,
        `${JSON.stringify(part)} is neither a number nor a range`,
        remedy,
      );
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    if (last < first) throw usageError('--cpuset-cpus', text, `the range ${part} runs backwards`, remedy);
    // NR_CPUS is at most 8192.
    if (last > 8191) throw usageError('--cpuset-cpus', text, `no kernel counts CPUs up to ${last}`, remedy);
  }
  return text;
}
