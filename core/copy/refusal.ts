import { TsstepError } from '../errors.ts';
import { errnoOf } from '../kernel/errno.ts';

/** What cannot be copied, in docker's words where it has some; its exit code. */
export function cannotCopy(what: string, why: string, remedy: string): TsstepError {
  return new TsstepError({ code: 'copy', what, why, remedy, exit: 1 });
}

const meanings: Readonly<Record<string, readonly [why: string, remedy: string]>> = {
  EROFS: [
    'it is read-only: the container, or the volume that is there',
    'copy to a volume that can be written to',
  ],
  EBUSY: [
    'something is mounted on it, like tsstep’s own /etc/hosts',
    'change it from inside, or copy to another name',
  ],
  ENOSPC: ['the disk is full', 'free some space'],
  EDQUOT: ['the quota is used up', 'free some space'],
  ENOTDIR: ['a directory on its path is a file', 'name another path'],
  ELOOP: ['its path is a symlink that leads back to itself', 'name another path'],
};

/** Runs `fn`, which makes `path`; what the kernel refuses is explained. @throws TsstepError copy, syscall */
export async function making<T>(path: string, fn: () => Promise<T>): Promise<T> {
  try {
    return await fn();
  } catch (error) {
    const errno = errnoOf(error);
    if (error instanceof TsstepError || errno === undefined) throw error;
    const what = `cannot copy to ${JSON.stringify(path)}`;
    const [why, remedy] = meanings[errno] ?? [];
    if (why !== undefined && remedy !== undefined) throw cannotCopy(what, `${why} (${errno})`, remedy);
    const message = error instanceof Error ? error.message : errno;
    throw new TsstepError({ code: 'syscall', what, why: message, remedy: 'see errno(3)', errno, exit: 1 });
  }
}
