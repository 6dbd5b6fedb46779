import type { Operation } from '../operation.ts';
import type { Resources } from '../spec/types.ts';

/** What the two versions of control groups have in common: pure functions to operations, in the order to perform them. */
export interface CgroupDriver {
  /** Directories for the container, one in each hierarchy. */
  create(id: string): readonly Operation[];
  /**
   * One operation a limit, named by the file that is written; and the devices that may be used.
   * @throws TsstepError cgroup: a limit that cannot be kept here
   */
  limits(id: string, resources: Resources): readonly Operation[];
  /**
   * Only what differs, for a cgroup in use. `read`: what a file of the cgroup says now, which a rollback writes back.
   * @throws TsstepError cgroup: a limit that cannot be kept here
   */
  update(
    id: string,
    before: Resources,
    after: Resources,
    read: (path: string) => string,
  ): readonly Operation[];
  /** Move init, and so everything it will start, into the cgroup. */
  join(id: string, pid: number): readonly Operation[];
  /** /sys/fs/cgroup as the container sees it, read-only; init performs it after CLONE_NEWCGROUP. */
  view(): readonly Operation[];
}
