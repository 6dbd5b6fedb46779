import { getSystemErrorMap } from 'node:util';
import type { Failure, Json } from '../../core/operation.ts';

/** What `operation-ended` says about how it went. */
export type CallResult = ({ ok: true; value: Json } | { ok: false; failure: Failure }) & {
  nanoseconds?: number;
};

/** strerror(3) where libuv, which Node asks, has words of its own. */
const texts: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EBUSY: 'Device or resource busy',
  EEXIST: 'File exists',
  EINVAL: 'Invalid argument',
  EIO: 'Input/output error',
  EISDIR: 'Is a directory',
  ELOOP: 'Too many levels of symbolic links',
  EMFILE: 'Too many open files',
  ENODEV: 'No such device',
  ENOMEM: 'Cannot allocate memory',
  ENOSPC: 'No space left on device',
  ENOSYS: 'Function not implemented',
  ENOTSUP: 'Operation not supported',
  EXDEV: 'Invalid cross-device link',
  EROFS: 'Read-only file system',
  ENXIO: 'No such device or address',
  EAGAIN: 'Resource temporarily unavailable',
  ENOEXEC: 'Exec format error',
  ENAMETOOLONG: 'File name too long',
};

function strerror(errno: string): string {
  const known = texts[errno] ?? [...getSystemErrorMap().values()].find(([name]) => name === errno)?.[1];
  return known === undefined ? errno : `${known.charAt(0).toUpperCase()}${known.slice(1)}`;
}

/** ` = 0 <0.000021>`, ` = -1 ENOENT (No such file or directory) (INJECTED)`: the rest of strace's line. */
export function straceResult(ended: CallResult): string {
  const time = ended.nanoseconds === undefined ? '' : ` <${(ended.nanoseconds / 1e9).toFixed(6)}>`;
  if (ended.ok) return ` = ${number(ended.value)}${isHere(ended.value) ? ' (in the store)' : ''}${time}`;
  const { errno, what, injected } = ended.failure;
  return ` = -1 ${errno === undefined ? `(${what})` : `${errno} (${strerror(errno)})`}${injected ? ' (INJECTED)' : ''}${time}`;
}

/** What was to be downloaded, and another run had got meanwhile. */
const isHere = (value: Json): boolean => typeof value === 'object' && value !== null && 'already' in value;

/** A system call returns a number, and a request a status; what an operation found out besides is in `known`. */
function number(value: Json): number {
  if (typeof value === 'number') return value;
  const { pid, status, failed } = (value ?? {}) as { pid?: unknown; status?: unknown; failed?: unknown };
  if (failed !== undefined) return -1;
  return [pid, status].find((one) => typeof one === 'number') ?? 0;
}
