import { existsSync, readFileSync } from 'node:fs';
import { tolerating } from '../kernel/errno.ts';
import { type Finding, note, ok } from './finding.ts';

const settings = [
  'user.max_user_namespaces',
  'kernel.unprivileged_userns_clone',
  'kernel.apparmor_restrict_unprivileged_userns',
] as const;

export interface UserNamespaces {
  /** Whether the kernel was built with them. */
  there: boolean;
  /** sysctl(8)'s names; a kernel without a setting has no file for it. */
  settings: Partial<Record<(typeof settings)[number], string>>;
}

/** What restricts them, strictest first: the kernel's own limit, Debian's setting (off by default since 11), Ubuntu's since 23.10. */
const restrictions = [
  {
    setting: 'user.max_user_namespaces',
    value: '0',
    to: '10000',
    what: 'off',
    why: 'nobody can make one, not even root: `unshare --user` says ENOSPC',
  },
  {
    setting: 'kernel.unprivileged_userns_clone',
    value: '0',
    to: '1',
    what: 'root’s only',
    why: 'who is not root cannot make one: `unshare -r` says EPERM',
  },
  {
    setting: 'kernel.apparmor_restrict_unprivileged_userns',
    value: '1',
    to: '0',
    what: 'of no use without root',
    why: 'AppArmor takes all capabilities from who is not root in one: `unshare -r` says EPERM',
  },
] as const;

const OURS = 'tsstep runs as root, and makes none';

export function readUserNamespaces(): UserNamespaces {
  const read = (name: string) =>
    tolerating(['ENOENT', 'EACCES'], () => readFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, 'utf8'));
  const values = settings.map((name) => [name, read(name)?.trim()] as const);
  return {
    there: existsSync('/proc/self/ns/user'),
    settings: Object.fromEntries(values.filter(([, value]) => value !== undefined)),
  };
}

/** tsstep makes no user namespaces, so whatever restricts them is no fault; rootless tools and labs may want them. */
export function checkUserNamespaces({ there, settings }: UserNamespaces): Finding {
  const name = 'user namespaces';
  if (!there) return ok(name, `not in this kernel; ${OURS}`);
  const found = restrictions.find(({ setting, value }) => settings[setting] === value);
  if (!found) return ok(name, `anybody may make them; ${OURS}`);
  const { setting, value, to, what, why } = found;
  return note(
    name,
    `${what} (${setting} is ${value}); ${OURS}`,
    why,
    `to allow them: sysctl -w ${setting}=${to}`,
  );
}
