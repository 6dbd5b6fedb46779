/** What an errno means for the call that got it: the same EINVAL is a full page of options here and a busy mount there. */

import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import type { ErrorCode } from '../errors.ts';
import type { Failure, Kind, Operation } from '../operation.ts';
import { meanings } from './meanings.ts';

export interface Meaning {
  why: string;
  remedy: string;
  code?: ErrorCode;
  exit?: number;
}

export type Meanings = {
  readonly [K in Kind]?: { readonly [errno: string]: Meaning | ((operation: Operation) => Meaning) };
};

/** `Operation not permitted` for EPERM; strerror(3). */
function errnoText(errno: string): string {
  const number = (constants.errno as Record<string, number>)[errno];
  const entry = number === undefined ? undefined : getSystemErrorMap().get(-number);
  return entry ? entry[1] : errno;
}

const general: Readonly<Record<string, Meaning>> = {
  EPERM: {
    why: 'this needs a capability that tsstep does not have here',
    remedy: 'run as root on the machine itself, not in another container',
  },
  EACCES: {
    why: 'permission was denied, even to root: a security module (AppArmor, SELinux) or a read-only place',
    remedy: '`dmesg | tail` names the module that refused',
  },
  ENOSPC: {
    why: 'the disk, or a kernel limit such as /proc/sys/user/max_*_namespaces, is full',
    remedy: 'df -h; cat /proc/sys/user/max_*_namespaces',
  },
  EROFS: {
    why: 'that filesystem is read-only',
    remedy: 'choose another TSSTEP_ROOT, or leave out --read-only',
  },
  ENOSYS: {
    why: 'this kernel does not have the call',
    remedy: 'tsstep needs Linux 5.12 or newer; `tsstep doctor` lists the rest',
  },
  ENOMEM: {
    why: 'the kernel could not get memory, or a memory limit was reached',
    remedy: 'a limit below 32m is too small for init',
  },
};

/** @returns the failure of `operation`, whose `call` got `errno` */
export function explain(operation: Operation, call: string, errno: string): Failure {
  const special = meanings[operation.kind]?.[errno];
  const meaning = (typeof special === 'function' ? special(operation) : special) ??
    general[errno] ?? {
      why: 'the kernel refused',
      remedy: `man 2 ${call.replace(/\W.*/, '')} lists what ${errno} can mean`,
    };
  return {
    code: meaning.code ?? 'syscall',
    what: `${call}: ${errno} (${errnoText(errno)})`,
    why: meaning.why,
    remedy: meaning.remedy,
    errno,
    exit: meaning.exit ?? 125,
  };
}
