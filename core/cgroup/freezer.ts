/**
 * Stopping all processes of a container at once, where they are, without a signal that they could see
 * (kernel, cgroup-v2.rst, "cgroup.freeze"; cgroup-v1/freezer-subsystem.rst).
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tolerating } from '../kernel/errno.ts';
import { groupPath } from './group.ts';
import type { CgroupLayout } from './layout.ts';

/** A process that waits for a disk is frozen only when that has answered. */
const patience = { attempts: 200, milliseconds: 10 };

interface Freezer {
  path: string;
  frozen: string;
  thawed: string;
  /** Whether freezing was asked for, done or not. */
  isAsked(): boolean;
  isFrozen(): boolean;
}

function freezerOf(layout: CgroupLayout, id: string): Freezer | undefined {
  const mount = layout.version === 2 ? layout.mount : layout.hierarchies.freezer;
  if (mount === undefined) return undefined;
  const group = groupPath(mount, id);
  const path = join(group, layout.version === 2 ? 'cgroup.freeze' : 'freezer.state');
  if (!existsSync(path)) return undefined;
  return layout.version === 2
    ? {
        ...{ path, frozen: '1', thawed: '0' },
        isAsked: () => readFileSync(path, 'utf8').trim() === '1',
        isFrozen: () => readFileSync(join(group, 'cgroup.events'), 'utf8').includes('frozen 1'),
      }
    : {
        ...{ path, frozen: 'FROZEN', thawed: 'THAWED' },
        isAsked: () => readFileSync(path, 'utf8').trim() !== 'THAWED',
        isFrozen: () => readFileSync(path, 'utf8').trim() === 'FROZEN',
      };
}

/** The container may end while it is frozen: killed, or with its cgroup removed. */
const gone = ['ENOENT', 'ENODEV'];

/** Whether the container is frozen, or about to be. */
export function isFrozen(layout: CgroupLayout, id: string): boolean {
  const freezer = freezerOf(layout, id);
  return freezer !== undefined && tolerating(gone, freezer.isAsked) === true;
}

/**
 * Takes a process out of the freezer, so that it can die: cgroup v1 keeps a signal until the thaw, and the container may have been
 * frozen on purpose. With v2 SIGKILL is enough.
 */
export function letOut(layout: CgroupLayout, pid: number): void {
  if (layout.version === 2 || layout.hierarchies.freezer === undefined) return;
  const root = join(layout.hierarchies.freezer, 'cgroup.procs');
  tolerating(['ESRCH', 'ENOENT'], () => writeFileSync(root, String(pid)));
}

/** Lets a container go on that is frozen. @returns whether it was */
export function thaw(layout: CgroupLayout, id: string): boolean {
  const freezer = freezerOf(layout, id);
  const frozen = freezer !== undefined && tolerating(gone, freezer.isAsked) === true;
  if (frozen) tolerating(gone, () => writeFileSync(freezer.path, freezer.thawed));
  return frozen;
}

/**
 * Freezes a container, until `thaw`. @returns false: this machine has no freezer, or it does not answer, and the container
 * runs on
 */
export async function freeze(layout: CgroupLayout, id: string): Promise<boolean> {
  const freezer = freezerOf(layout, id);
  if (!freezer) return false;
  const asked = tolerating([...gone, 'EACCES', 'EROFS'], () => {
    writeFileSync(freezer.path, freezer.frozen);
    return true;
  });
  if (!asked) return false;
  for (let attempt = 0; attempt < patience.attempts; attempt++) {
    if (tolerating(gone, freezer.isFrozen) === true) return true;
    await sleep(patience.milliseconds);
  }
  thaw(layout, id);
  return false;
}
