/**
 * Reading files that may be gone: init can die between any two reads. Only the errors that say so are forgiven, and they
 * become `undefined`; every other one is a mistake that someone has to hear of.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * ESRCH: a /proc/PID file that was open when the process went. EINVAL: /proc/PID/mountinfo of a zombie, which has no mount
 * namespace any more. ENODEV: a cgroup attribute whose directory was removed.
 */
const gone = new Set(['ENOENT', 'ESRCH', 'EACCES', 'ENOTDIR', 'EINVAL', 'ENODEV']);

export function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && gone.has(String(error.code))) return undefined;
    throw error;
  }
}

export function text(path: string): string | undefined {
  return unlessGone(() => readFileSync(path, 'utf8'));
}

/** The first line without its newline: one-value files of /proc, /sys and cgroups. */
export function line(path: string): string | undefined {
  return text(path)?.replace(/\n$/, '');
}

export function link(path: string): string | undefined {
  return unlessGone(() => readlinkSync(path));
}

/** Names in a directory, sorted; none if there is no directory. */
export function names(path: string): string[] {
  return unlessGone(() => readdirSync(path).sort()) ?? [];
}

/** `Name:\tvalue` lines of /proc/PID/status and /proc/PID/fdinfo/N as a record (proc_pid_status(5)). */
export function fields(content: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const each of content.split('\n')) {
    const colon = each.indexOf(':');
    if (colon > 0) found[each.slice(0, colon)] = each.slice(colon + 1).trim();
  }
  return found;
}
