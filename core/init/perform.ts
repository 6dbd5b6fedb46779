import { closeSync, constants, fchownSync, fstatSync, openSync } from 'node:fs';
import * as credentials from '../kernel/credentials.ts';
import { tolerating } from '../kernel/errno.ts';
import { inRoot, mknod } from '../kernel/fs.ts';
import { pivotRoot, shareMount } from '../kernel/mount.ts';
import { sethostname, setns, unshare } from '../kernel/namespace.ts';
import * as processCalls from '../kernel/process.ts';
import { setControllingTerminal } from '../kernel/terminal.ts';
import type { InitAction, Json, SharedAction } from '../operation.ts';
import { performShared } from '../perform/shared.ts';
import { capabilityNumber } from '../spec/capabilities.ts';
import { lookupExecutable, lookupUser } from './lookup.ts';

export type InitOperation = InitAction | SharedAction;

const S_IFCHR = 0o020000;
const S_IFBLK = 0o060000;

const performers: {
  [K in InitAction['kind']]: (action: Extract<InitAction, { kind: K }>) => Json | undefined;
} = {
  unshare: ({ flags }) => void unshare(flags),
  setns: ({ path, flag, holder }) => void setns(path, flag, holder),
  'share-mount': ({ from, source, root, target, holder }) =>
    void shareMount(from, source, root, target, holder),
  chdir: ({ path, create }) => {
    // EROFS: --read-only; the chdir then says what is really missing.
    if (create) tolerating(['EROFS'], () => inRoot('/', path, { create: 'directory' }, () => undefined));
    process.chdir(path);
    // Throws ENOENT when the directory is outside the root, reached through a leaked descriptor (CVE-2024-21626).
    process.cwd();
    return undefined;
  },
  pivot_root: ({ newRoot, putOld }) => void pivotRoot(newRoot, putOld),
  mknod: ({ path, root, type, major, minor, mode }) => {
    const parent = path.slice(0, path.lastIndexOf('/')) || '/';
    const name = path.slice(path.lastIndexOf('/') + 1);
    return inRoot(root, parent, { create: 'directory' }, (at) => {
      mknod(`${at}/${name}`, (type === 'c' ? S_IFCHR : S_IFBLK) | mode, major, minor);
      return undefined;
    });
  },
  sethostname: ({ hostname }) => void sethostname(hostname),
  'lookup-user': ({ user, groups }) => lookupUser(user, groups),
  'lookup-executable': (action) => lookupExecutable(action),
  setrlimit: ({ resource, soft, hard }) => void processCalls.setrlimit(resource, soft, hard),
  setsid: () => void processCalls.setsid(),
  'join-session-keyring': () => void processCalls.joinSessionKeyring(),
  'controlling-terminal': ({ path }) => {
    const terminal = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
    setControllingTerminal(terminal);
    for (const fd of [0, 1, 2]) processCalls.dup2(terminal, fd);
    closeSync(terminal);
    return undefined;
  },
  stdio: ({ uid, discard }) => {
    if (discard) toNull();
    for (const fd of [0, 1, 2]) {
      giveTo(fd, uid);
      processCalls.keepOnExec(fd);
    }
    return undefined;
  },
  'capbset-drop': ({ keep }) => void credentials.dropBounding(new Set(keep.map(capabilityNumber))),
  setgroups: ({ gids }) => void credentials.setgroups(gids),
  setresgid: ({ gid }) => void credentials.setresgid(gid),
  setresuid: ({ uid }) => void credentials.setresuid(uid),
  capset: ({ capabilities }) => void credentials.capset(new Set(capabilities.map(capabilityNumber))),
  'no-new-privs': () => void credentials.noNewPrivileges(),
  umask: ({ mask }) => void process.umask(mask),
  'reset-signals': () => void processCalls.resetSignals(),
  'clear-pdeathsig': () => void processCalls.clearParentDeathSignal(),
  'close-range': () => void processCalls.closeOnExecFrom(3),
  execve: ({ path, argv, env }) => processCalls.execve(path, argv, env),
};

/** The container's own, which only root there could have replaced. */
function toNull(): void {
  const fd = openSync('/dev/null', constants.O_RDWR | constants.O_NOFOLLOW);
  for (const each of [0, 1, 2]) processCalls.dup2(fd, each);
  closeSync(fd);
}

/** A pipe or terminal that belongs to root cannot be opened again, by /dev/stdout, as another user. /dev/null stays root's. */
function giveTo(fd: number, uid: number): void {
  const stat = fstatSync(fd);
  const isNull = stat.isCharacterDevice() && stat.rdev === 0x103;
  if (isNull || stat.uid === uid) return;
  tolerating(['EPERM', 'EROFS', 'EINVAL'], () => fchownSync(fd, uid, stat.gid));
}

/** Performs one operation in init's namespaces. @throws SyscallError, TsstepError, errors of node:fs */
export function performInInit(operation: InitOperation): Json {
  if (isShared(operation)) return performShared(operation) ?? null;
  const perform = performers[operation.kind] as (action: InitAction) => Json | undefined;
  return perform(operation) ?? null;
}

function isShared(operation: InitOperation): operation is SharedAction {
  return !(operation.kind in performers);
}
