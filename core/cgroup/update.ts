/** Changing the limits of a cgroup in which processes run. */
import type { Operation } from '../operation.ts';
import { attribute } from './group.ts';

/** A file of a cgroup and what is to be in it. */
export interface CgroupFile {
  name: string;
  path: string;
  data: string;
  why: string;
}

/** One operation for each file that gets something else. A rollback writes what it says now. */
export function changed(
  before: readonly CgroupFile[],
  after: readonly CgroupFile[],
  read: (path: string) => string,
): Operation[] {
  const old = new Map(before.map(({ path, data }) => [path, data]));
  return after
    .filter(({ path, data }) => old.get(path) !== data)
    .map(({ name, path, data, why }) => ({
      ...attribute(name, path, data, why),
      undo: { at: 'rollback', do: { kind: 'command', argv: ['tee', path], stdin: read(path) } },
    }));
}
