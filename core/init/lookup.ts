/** What can only be found inside the new root: the image's users and the file that will be executed. */
import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { TsstepError } from '../errors.ts';
import { tolerating } from '../kernel/errno.ts';
import type { Json } from '../operation.ts';
import { resolveUser } from '../spec/users.ts';

/** Bytes. A passwd of a hundred thousand users is 8 MB. */
const LARGEST = 16 * 1024 * 1024;

/** A FIFO or a device of the image in its place would keep init waiting, or fill its memory: only a file is read. */
function readOr(path: string): string {
  const fd = tolerating(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'], () =>
    openSync(path, constants.O_RDONLY | constants.O_NONBLOCK),
  );
  if (fd === undefined) return '';
  try {
    const stat = fstatSync(fd);
    return stat.isFile() && stat.size <= LARGEST ? readFileSync(fd, 'utf8') : '';
  } finally {
    closeSync(fd);
  }
}

/** @throws TsstepError no-such-user */
export function lookupUser(user: string, groups: readonly string[]): Json {
  const {
    uid,
    gid,
    groups: supplementary,
    home,
    name,
  } = resolveUser(user, groups, readOr('/etc/passwd'), readOr('/etc/group'));
  return { uid, gid, groups: supplementary, home, ...(name === undefined ? {} : { name }) };
}

type Verdict = 'executable' | 'missing' | 'directory' | 'not-executable' | 'init';

function verdictOf(path: string): Verdict {
  const stat = tolerating(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'], () => statSync(path));
  if (stat === undefined) return 'missing';
  if (stat.isDirectory()) return 'directory';
  const own = statSync('/proc/self/exe');
  if (stat.dev === own.dev && stat.ino === own.ino) return 'init';
  return (stat.mode & 0o111) === 0 ? 'not-executable' : 'executable';
}

const refusals = {
  directory: () => ({ why: 'it is a directory', remedy: 'name a program in it' }),
  'not-executable': (file: string) => ({
    why: 'no execute permission is set on it',
    remedy: `chmod +x it in the image, or run its interpreter: sh ${file}`,
  }),
  init: () => ({
    why: 'it is /proc/self/exe, and that is the host’s own program until the container’s has taken its place (CVE-2019-5736)',
    remedy: 'do not trust this image; run a program that it brings',
  }),
};

/**
 * The file that execve(2) will be given: `file` itself when it has a slash, else the first executable one of that name in
 * `path`, as execvp(3) searches. @throws TsstepError command-not-found (127), command-not-executable (126)
 */
export function lookupExecutable({ file, path, cwd }: { file: string; path: string; cwd: string }): string {
  const candidates = file.includes('/')
    ? [resolve(cwd, file)]
    : path.split(':').map((directory) => join(directory || '.', file));
  let refused: { path: string; verdict: keyof typeof refusals } | undefined;
  for (const candidate of candidates) {
    const verdict = verdictOf(candidate);
    if (verdict === 'executable') return candidate;
    if (verdict === 'not-executable' || verdict === 'init' || (verdict === 'directory' && file.includes('/')))
      refused ??= { path: candidate, verdict };
  }
  if (refused) {
    throw new TsstepError({
      code: 'command-not-executable',
      what: `cannot execute "${refused.path}"`,
      ...refusals[refused.verdict](file),
      errno: 'EACCES',
      exit: 126,
    });
  }
  throw new TsstepError({
    code: 'command-not-found',
    what: `"${file}" is not in the container`,
    why: file.includes('/')
      ? 'the image has no such file'
      : `no directory of PATH (${path || 'empty'}) has it`,
    remedy:
      'check the spelling; the image’s programs are what its layers bring, not the host’s. A command comes after the image’s name',
    errno: 'ENOENT',
    exit: 127,
  });
}
