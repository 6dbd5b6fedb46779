/** Which of this machine's programs an image gets, and where they are. */
import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { TsstepError } from '../../errors.ts';
import { installing } from '../../host/packages.ts';
import { tolerating } from '../../kernel/errno.ts';
import { defaultPath } from '../../spec/merge.ts';

const words = (text: string): string[] => text.split(/\s+/).filter(Boolean);

/** bash, and what every shell script expects: GNU coreutils. */
export const basics: readonly string[] = words(`
  bash sh
  [ arch b2sum base32 base64 basename cat chgrp chmod chown chroot cksum comm cp csplit cut date dd df dir dircolors dirname du
  echo env expand expr factor false fmt fold groups head hostid id install join link ln logname ls md5sum mkdir mkfifo mknod
  mktemp mv nice nl nohup nproc numfmt od paste pathchk pr printenv printf ptx pwd readlink realpath rm rmdir seq sha1sum
  sha256sum sha512sum shred shuf sleep sort split stat stdbuf stty sum sync tac tail tee test timeout touch tr true truncate
  tsort tty uname unexpand uniq unlink users vdir wc who whoami yes
`);

/** For looking around in a container: each is taken where the machine has it. */
export const selection: readonly string[] = words(`
  sed grep egrep fgrep awk find xargs diff cmp tar gzip gunzip zcat less more which
  ps top free kill pgrep pkill pmap uptime vmstat watch
  ip ss ping hostname getent ldd locale
  mount umount findmnt lsns nsenter unshare setpriv prlimit taskset ionice flock setsid
  capsh getpcaps getcap setcap
  clear reset tput tset infocmp
`);

/** Where a program is, as the container's own PATH would find it; undefined: this machine does not have it. */
export function findProgram(name: string): string | undefined {
  const candidates = name.includes('/')
    ? [resolve(name)]
    : defaultPath.split(':').map((folder) => join(folder, name));
  return candidates.find((path) => isExecutable(path));
}

function isExecutable(path: string): boolean {
  const errnos = ['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'];
  const stat = tolerating(errnos, () => {
    accessSync(path, constants.X_OK);
    return statSync(path);
  });
  return stat?.isFile() === true;
}

/** @throws TsstepError missing-tool */
export function mustFindProgram(name: string): string {
  const path = findProgram(name);
  if (path !== undefined) return path;
  throw new TsstepError({
    code: 'missing-tool',
    what: `there is no program ${JSON.stringify(name)} on this machine`,
    why: `it was looked for in ${name.includes('/') ? resolve(name) : defaultPath}`,
    remedy: `name its file with its whole path, or install it: ${installing(name)}`,
  });
}

/** What a script names in its first line; undefined: it is no script. */
export function interpreterOf(path: string): string | undefined {
  const head = Buffer.alloc(256);
  const fd = openSync(path, 'r');
  try {
    const length = readSync(fd, head);
    return /^#![ \t]*(\/\S+)/.exec(head.toString('latin1', 0, length))?.[1];
  } finally {
    closeSync(fd);
  }
}
