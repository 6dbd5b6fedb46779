import { type ContainerState, isUp } from './containers.ts';

/** Whether a container is still in the life that it was read in: the same process runs, or none, and nobody is starting it. */
export function isSameLife(before: ContainerState, now: ContainerState): boolean {
  if (!isUp(before)) return now.status === before.status;
  return (
    isUp(now) &&
    before.process?.pid === now.process?.pid &&
    before.process?.startTime === now.process?.startTime
  );
}
