import { parseCpus, parseCpuset } from './cpus.ts';
import type { RunFlags } from './flags.ts';
import { formatSize, parseSize } from './size.ts';
import type { Resources } from './types.ts';
import { given, usageError } from './usage.ts';

/** Docker's floor: below it the process is killed before it has started. */
const leastMemory = 6 * 1024 ** 2;

/** Limits; an empty or zero value is docker's way to say none. `cpus`: how many the host has. */
export function parseResources(flags: RunFlags, cpus: number): Resources {
  const memory = flags.memory === undefined ? undefined : parseMemory(flags.memory);
  return {
    ...given('memory', memory),
    ...given(
      'memorySwap',
      flags.memorySwap === undefined ? undefined : parseMemorySwap(flags.memorySwap, memory),
    ),
    ...given('cpus', flags.cpus === undefined ? undefined : parseCpus(flags.cpus, cpus)),
    ...given('cpuShares', flags.cpuShares === undefined ? undefined : parseCpuShares(flags.cpuShares)),
    ...given('cpusetCpus', flags.cpusetCpus ? parseCpuset(flags.cpusetCpus) : undefined),
    ...given('pidsLimit', flags.pidsLimit === undefined ? undefined : parsePidsLimit(flags.pidsLimit)),
  };
}

function parseMemory(text: string): number | undefined {
  const bytes = parseSize('--memory', text);
  if (bytes === 0) return undefined;
  if (bytes < leastMemory) {
    throw usageError(
      '--memory',
      text,
      'Minimum memory limit allowed is 6MB',
      'give the container more: --memory 64m',
    );
  }
  return bytes;
}

function parseMemorySwap(text: string, memory: number | undefined): number | undefined {
  if (text === '-1') return -1;
  const bytes = parseSize('--memory-swap', text);
  if (bytes === 0) return undefined;
  const both = 'it counts memory and swap together';
  if (memory === undefined) {
    throw usageError(
      '--memory-swap',
      text,
      `${both}, so it needs a memory limit`,
      `add --memory: --memory ${text} --memory-swap ${text}`,
    );
  }
  if (bytes < memory) {
    const least = formatSize(memory);
    throw usageError(
      '--memory-swap',
      text,
      `${both} and is below --memory`,
      `give at least --memory-swap ${least}, or -1 for no limit`,
    );
  }
  return bytes;
}

/** cpu.shares runs from 2 to 262144; 0 leaves the default of 1024. */
function parseCpuShares(text: string): number | undefined {
  const shares = parseInteger('--cpu-shares', text, '--cpu-shares 512');
  if (shares === 0) return undefined;
  if (shares < 2 || shares > 262144) {
    throw usageError(
      '--cpu-shares',
      text,
      'the kernel knows shares from 2 to 262144',
      'half of the usual weight: --cpu-shares 512',
    );
  }
  return shares;
}

function parsePidsLimit(text: string): number {
  const limit = parseInteger('--pids-limit', text, '--pids-limit 100, or -1 for no limit');
  // PID_MAX_LIMIT on 64 bits; pids.max refuses more.
  if (limit > 4194304)
    throw usageError('--pids-limit', text, 'Linux has 4194304 process ids', 'give fewer: --pids-limit 100');
  return limit > 0 ? limit : -1;
}

function parseInteger(flag: string, text: string, example: string): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw usageError(flag, text, 'it is not a whole number', `write it like ${example}`);
  }
  return value;
}
