/** Who the process runs as: `--user` and `--group-add` looked up in the image's passwd and group, by docker's and runc's rules. */
import { TsstepError } from '../errors.ts';
import type { ResolvedUser } from '../known.ts';
import { type GroupEntry, parseGroup, parsePasswd } from './passwd.ts';
import { given, usageError } from './usage.ts';
import { idInRange, largestId, parseId } from './user-string.ts';

/**
 * `user` empty: root. What looks like a number is one, even where the image has a user of that name (CVE-2016-3697). A number
 * without an entry is allowed, with group 0 and home `/`; a name without one is an error. A group named behind the colon
 * replaces the user's supplementary ones. An image without the files has empty texts.
 */
export function resolveUser(
  user: string,
  groupAdd: readonly string[],
  passwdText: string,
  groupText: string,
): ResolvedUser {
  const users = parsePasswd(passwdText);
  const groups = parseGroup(groupText);
  const [userPart = '', groupPart = ''] = user.split(':');
  const wanted = userPart === '' ? '0' : userPart;
  const uid = numberOf('user', wanted);
  const entry = users.find((one) => (uid === undefined ? one.name === wanted : one.uid === uid));
  if (!entry && uid === undefined) throw noSuch('user', wanted, users);
  const gid = groupPart === '' ? (entry?.gid ?? 0) : gidOf(groupPart, groups);
  const memberOf =
    groupPart === '' && entry ? groups.filter(({ members }) => members.includes(entry.name)) : [];
  const extra = [...memberOf.map((group) => group.gid), ...groupAdd.map((group) => gidOf(group, groups))];
  return {
    uid: checked('user', entry?.uid ?? uid ?? 0),
    gid: checked('group', gid),
    // Docker puts the primary group among the supplementary ones (CVE-2022-36109); the kernel sorts them.
    groups: [...new Set([gid, ...extra])].map((one) => checked('group', one)).sort((a, b) => a - b),
    home: entry?.home || '/',
    ...given('name', entry?.name),
  };
}

function gidOf(text: string, groups: readonly GroupEntry[]): number {
  const gid = numberOf('group', text);
  if (gid !== undefined) return gid;
  const entry = groups.find((one) => one.name === text);
  if (!entry) throw noSuch('group', text, groups);
  return entry.gid;
}

/** The number that `text` is, `undefined` for a name. An image's User arrives unchecked. */
function numberOf(what: 'user' | 'group', text: string): number | undefined {
  return idInRange(text) ? parseId(text) : checked(what, Number(text));
}

function checked(what: 'user' | 'group', id: number): number {
  if (id >= 0 && id <= largestId) return id;
  throw usageError(
    what,
    `${id}`,
    `uids and gids must be in range 0-${largestId}`,
    'give a smaller number: --user 1000:1000',
  );
}

function noSuch(what: 'user' | 'group', name: string, known: readonly { name: string }[]): TsstepError {
  const file = what === 'user' ? '/etc/passwd' : '/etc/group';
  const some = known.slice(0, 8).map((one) => one.name);
  const list =
    some.length < known.length
      ? `${some.join(', ')} and ${known.length - some.length} more`
      : some.join(', ');
  return new TsstepError({
    code: 'no-such-user',
    what: `unable to find ${what} ${JSON.stringify(name)}`,
    why: `the image’s ${file} has no matching entry`,
    remedy:
      list === ''
        ? `${file} of the image is missing or empty: give a number instead`
        : `give a number, or a name that the image has: ${list}`,
  });
}
