/**
 * The two files of passwd(5) and group(5). A line that is not one is skipped: docker reads an id of `abc` as 0, and such a user
 * would become root.
 */

export interface PasswdEntry {
  name: string;
  uid: number;
  gid: number;
  home: string;
}

export interface GroupEntry {
  name: string;
  gid: number;
  members: readonly string[];
}

export function parsePasswd(text: string): PasswdEntry[] {
  return lines(text).flatMap(([name = '', , uid, gid, , home = '']) => {
    const [user, group] = [parseNumber(uid), parseNumber(gid)];
    return name === '' || user === undefined || group === undefined
      ? []
      : [{ name, uid: user, gid: group, home }];
  });
}

export function parseGroup(text: string): GroupEntry[] {
  return lines(text).flatMap(([name = '', , number, members = '']) => {
    const gid = parseNumber(number);
    return name === '' || gid === undefined
      ? []
      : [{ name, gid, members: members.split(',').filter((one) => one !== '') }];
  });
}

const lines = (text: string) => text.split('\n').map((line) => line.trim().split(':'));

function parseNumber(field: string | undefined): number | undefined {
  return field !== undefined && /^\d+$/.test(field) ? Number(field) : undefined;
}
