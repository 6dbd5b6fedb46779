/**
 * What happened to containers, networks and volumes: `tsstep events` reads it. One JSON object a line,
 *
 *     {"time":"1795534916299096698","type":"volume","action":"create","id":"data","attributes":{"driver":"local"}}
 *
 * with `time` in nanoseconds since 1970 as text, because a double cannot hold it. Every process of tsstep appends to
 * `<root>/lifecycle.jsonl`; once that is full it becomes `lifecycle.jsonl.1`, in place of the one that was there.
 */
import { closeSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { now } from '../clock.ts';
import { lifecycleLog, olderLifecycleLog } from '../paths.ts';
import { signalNumber } from '../spec/signal.ts';
import type { ContainerConfig } from './config.ts';

/** Docker's event, in docker's words. */
export interface Lifecycle {
  type: 'container' | 'network' | 'volume' | 'image';
  /** create, start, attach, die, kill, stop, restart, pause, unpause, oom, rename, update, destroy, connect, mount … */
  action: string;
  /** ID of a container, name of a volume. */
  id: string;
  /** name, image, exitCode, signal …, labels among them. */
  attributes: Readonly<Record<string, string>>;
}

/** Some 4,000 events. */
const FULL = 1024 ** 2;

/** Appends one line: O_APPEND makes it whole. @throws never for want of a log: what happened has happened */
export function recordLifecycle(root: string, event: Lifecycle, full = FULL): void {
  const time = String(now());
  const line = Buffer.from(`${JSON.stringify({ time, ...event })}\n`);
  try {
    const fd = openSync(lifecycleLog(root), 'a', 0o600);
    try {
      writeSync(fd, line);
      const end = positionOf(fd);
      // Only one line lies across the limit, so only its writer renames, without a lock that a killed one would leave behind.
      // Was that one killed before it could: the next multiple of the limit has a writer too.
      if (Math.floor(end / full) > Math.floor((end - line.length) / full))
        renameSync(lifecycleLog(root), olderLifecycleLog(root));
    } finally {
      closeSync(fd);
    }
  } catch {
    // A full disk must not keep a container from being stopped.
  }
}

/** Behind what this descriptor has just appended, whoever has appended since (proc_pid_fdinfo(5)). */
const positionOf = (fd: number): number =>
  Number(/^pos:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? 0);

/** With docker's attributes: labels, image, name. */
export function recordContainer(
  root: string,
  { id, name, labels, image, spec }: ContainerConfig,
  action: string,
  attributes: Readonly<Record<string, string>> = {},
): void {
  const own = { image: spec.image || image.name, name };
  recordLifecycle(root, { type: 'container', action, id, attributes: { ...labels, ...own, ...attributes } });
}

/** @param signal docker says its number */
export function recordKill(root: string, config: ContainerConfig, signal: string): void {
  recordContainer(root, config, 'kill', { signal: String(signalNumber(signal) ?? signal) });
}

export function recordVolume(
  root: string,
  volume: string,
  action: 'create' | 'destroy' | 'mount' | 'unmount',
  attributes: Readonly<Record<string, string>> = {},
): void {
  recordLifecycle(root, {
    type: 'volume',
    action,
    id: volume,
    attributes: { ...attributes, driver: 'local' },
  });
}
