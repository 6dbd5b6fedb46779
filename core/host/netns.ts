/** Network namespaces by name: `net:[4026531833]` (namespaces(7)). */
import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { tolerating } from '../kernel/errno.ts';

export const ownNetns = (): string => readlinkSync('/proc/self/ns/net');

/** Processes end while they are looked at. */
const unseen = ['ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'ENOTDIR'];

/** Where ip-netns(8) keeps those that have a name. */
const NAMED = '/run/netns';

/** A path by which it can be entered; undefined: nobody is in it any more, so it is gone with all that was made in it. */
export function findNetns(name: string): string | undefined {
  const held = (tolerating(['ENOENT'], () => readdirSync(NAMED)) ?? []).map((each) => join(NAMED, each));
  const inode = Number(/\d+/.exec(name)?.[0]);
  const named = held.find((path) => tolerating(unseen, () => statSync(path).ino) === inode);
  if (named !== undefined) return named;
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .map((pid) => `/proc/${pid}/ns/net`)
    .find((path) => tolerating(unseen, () => readlinkSync(path)) === name);
}
