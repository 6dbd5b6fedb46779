/** What a container uses by now, as its cgroup counts it, by docker's formulas (docker/cli, stats_helpers.go). */
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { tolerating } from '../kernel/errno.ts';
import { groupPath } from './group.ts';
import type { CgroupLayout, Controller } from './layout.ts';

export interface Usage {
  /** Nanoseconds of CPU time. */
  cpu: bigint;
  /** Bytes without the page cache that can be given back at once. */
  memory: number;
  /** Bytes; the machine's memory where there is no limit. */
  memoryLimit: number;
  /** Processes and threads. */
  pids: number;
  /** Bytes. */
  blockRead: number;
  blockWrite: number;
}

/** A line `KEY NUMBER` of memory.stat or cpu.stat. */
const statOf = (text: string, key: string): number =>
  Number(new RegExp(`^${key} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);

/** Docker's: the file cache that nobody has used lately is not counted, unless that would be more than all. */
export function withoutCache(used: number, stat: string, version: 1 | 2): number {
  const inactive = statOf(stat, version === 1 ? 'total_inactive_file' : 'inactive_file');
  return inactive < used ? used - inactive : used;
}

/** Bytes read and written, of all devices. v1: `8:0 Read 4096`; v2: `8:0 rbytes=4096 wbytes=0 …`. */
export function blockBytes(text: string, version: 1 | 2): { read: number; write: number } {
  const sum = (pattern: RegExp) =>
    [...text.matchAll(pattern)].reduce((all, [, bytes]) => all + Number(bytes), 0);
  return version === 1
    ? { read: sum(/^\d+:\d+ Read (\d+)$/gim), write: sum(/^\d+:\d+ Write (\d+)$/gim) }
    : { read: sum(/\brbytes=(\d+)/g), write: sum(/\bwbytes=(\d+)/g) };
}

/** Undefined: its cgroup is gone. A controller that is not there counts nothing. */
export function readUsage(layout: CgroupLayout, id: string): Usage | undefined {
  const read = (controller: Controller, file: string): string | undefined => {
    const mount = layout.version === 2 ? layout.mount : layout.hierarchies[controller];
    if (mount === undefined) return undefined;
    return tolerating(['ENOENT', 'ENODEV', 'EOPNOTSUPP'], () =>
      readFileSync(join(groupPath(mount, id), file), 'utf8').trim(),
    );
  };
  const { version } = layout;
  const memory = read('memory', version === 2 ? 'memory.current' : 'memory.usage_in_bytes');
  const cpu =
    version === 2
      ? BigInt(statOf(read('cpu', 'cpu.stat') ?? '', 'usage_usec')) * 1000n
      : BigInt(read('cpuacct', 'cpuacct.usage') ?? 0);
  const limit = Number(read('memory', version === 2 ? 'memory.max' : 'memory.limit_in_bytes'));
  const io = read('blkio', version === 2 ? 'io.stat' : 'blkio.throttle.io_service_bytes_recursive');
  const block = blockBytes(io ?? read('blkio', 'blkio.throttle.io_service_bytes') ?? '', version);
  if (read(version === 2 ? '' : 'pids', 'cgroup.procs') === undefined && memory === undefined)
    return undefined;
  return {
    cpu,
    memory: withoutCache(Number(memory ?? 0), read('memory', 'memory.stat') ?? '', version),
    // `max` is no number.
    memoryLimit: Math.min(Number.isNaN(limit) ? Number.POSITIVE_INFINITY : limit, totalmem()),
    pids: Number(read('pids', 'pids.current') ?? 0),
    blockRead: block.read,
    blockWrite: block.write,
  };
}
