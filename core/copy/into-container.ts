import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { TsstepError } from '../errors.ts';
import { tarEntries } from '../image/tar/tar.ts';
import type { TarHeader } from '../image/tar/tar-header.ts';
import { checkEntry, safePath } from '../image/unpack/entry.ts';
import { errnoOf, tolerating } from '../kernel/errno.ts';
import { chroot } from '../kernel/namespace.ts';
import { missingTool } from '../perform/run-tool.ts';
import type { Container } from '../store/containers.ts';
import { mountContainer } from './container-root.ts';
import { assertsDirectory, destinationOf, meansContent, renamed, type Source } from './destination.ts';
import { Place } from './place.ts';
import { cannotCopy } from './refusal.ts';

export interface IntoContainer {
  /** A path of this machine, or `-` for a tar on standard input. */
  from: string;
  /** In the container; what is not absolute starts at /. */
  to: string;
  archive: boolean;
  followLink: boolean;
  /** Told about what is left out, a line. */
  note: (line: string) => void;
}

/**
 * Copies files of this machine into a container. This process then sees nothing but the container any more: it is locked up
 * in there with chroot(2) before it looks at the first path, so that no symlink can lead it back out, even one that is put
 * there meanwhile (CVE-2018-15664). What it executes, it has loaded before (CVE-2019-14271). The host's files are read by tar(1),
 * which is outside. @returns bytes of the tar
 * @throws TsstepError copy, missing-tool, container-state
 */
export async function copyIntoContainer(
  root: string,
  container: Container,
  { from, to, archive, followLink, note }: IntoContainer,
): Promise<number> {
  const source = from === '-' ? undefined : sourceOf(from, followLink);
  const merged = await mountContainer(root, container);
  // From here to the first read nothing waits: Node throws away what a program wrote that has ended with nobody reading.
  const tar = source && readTree(source);
  // Before chroot: standard input may have to be opened.
  const input: Readable = tar?.stdout ?? process.stdin;
  try {
    chroot(merged);
    const path = to.startsWith('/') ? to : `/${to}`;
    const shown = `${container.config.name}:${to}`;
    const place = source ? destinationOf(path, source, shown) : { into: directoryOf(path, shown), name: '' };
    const size = await unpack(input, source?.name ?? '', place, archive, note);
    await tar?.finished(note);
    return size;
  } finally {
    tar?.child.kill();
  }
}

async function unpack(
  input: AsyncIterable<Uint8Array>,
  from: string,
  { into, name }: { into: string; name: string },
  archive: boolean,
  note: (line: string) => void,
): Promise<number> {
  const place = new Place(into);
  const owner = archive ? {} : { uid: 0, gid: 0 };
  const devices = new Set<string>();
  let size = 1024;
  for await (const { header, content } of tarEntries(input, 'the tar')) {
    if (isDevice(header, devices)) {
      devices.add(safePath(header.name, header.name));
      note(`the device ${header.name} is left out`);
      continue;
    }
    const entry = checkEntry(header);
    size += 512 + Math.ceil(entry.size / 512) * 512;
    const path = renamed(entry.path, from, name);
    const target = entry.type === 'link' ? renamed(entry.target, from, name) : entry.target;
    if (path !== '') await place.add({ ...entry, ...owner, path, target }, content);
  }
  place.finish();
  return size;
}

/** Or another name of one of the `devices`, which a tar has as a link to the first. */
const isDevice = ({ type, name, linkname }: TarHeader, devices: ReadonlySet<string>): boolean =>
  type === 'link'
    ? devices.has(safePath(linkname, name))
    : type === 'character-device' || type === 'block-device';

interface HostSource extends Source {
  folder: string;
}

/** @throws TsstepError copy */
function sourceOf(typed: string, followLink: boolean): HostSource {
  const path = resolve(typed);
  // A slash at the end follows a symlink, as everywhere.
  const follow = followLink || assertsDirectory(typed);
  const stat = tolerating(['ENOENT', 'ENOTDIR', 'ELOOP'], () => (follow ? statSync(path) : lstatSync(path)));
  if (!stat)
    throw cannotCopy(
      `there is no ${typed} on this machine`,
      'it is to be copied',
      'look at it with `ls -ld`',
    );
  const directory = stat.isDirectory();
  if (assertsDirectory(typed) && !directory)
    throw cannotCopy(
      `${typed} is not a directory`,
      'what ends with a slash names one',
      'leave the slash out',
    );
  const real = follow ? realpathSync(path) : path;
  if (directory && meansContent(typed)) return { folder: real, name: '', directory };
  return { folder: dirname(real), name: basename(real), directory };
}

interface Reading {
  child: ChildProcess;
  stdout: Readable;
  /** @throws TsstepError tool-failed */
  finished(note: (line: string) => void): Promise<void>;
}

/** GNU tar, which follows no symlink that it was not named. */
function readTree({ folder, name }: HostSource): Reading {
  const options = ['--format=posix', '--numeric-owner', '--xattrs', '--xattrs-include=security.capability'];
  const argv = ['--create', ...options, '--directory', folder, '--', name === '' ? '.' : `./${name}`];
  const env = { PATH: process.env.PATH, LC_ALL: 'C' };
  const child = spawn('tar', argv, { stdio: ['ignore', 'pipe', 'pipe'], env });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (words += text));
  child.on('error', (error) =>
    child.stdout.destroy(errnoOf(error) === 'ENOENT' ? missingTool('tar') : error),
  );
  const closed = once(child, 'close').catch(() => undefined);
  const finished = async (note: (line: string) => void) => {
    await closed;
    for (const line of words.split('\n').filter(Boolean)) note(line);
    // 1: a file changed while it was read.
    if ((child.exitCode ?? 2) > 1) throw unread(child.exitCode, words);
  };
  return { child, stdout: child.stdout, finished };
}

function unread(code: number | null, words: string): TsstepError {
  return new TsstepError({
    code: 'tool-failed',
    what: `tar ended with exit code ${code}`,
    why: words.trim() || 'it said nothing',
    remedy: 'what could be read has been copied',
  });
}

function directoryOf(path: string, shown: string): string {
  const stat = tolerating(['ENOENT', 'ENOTDIR'], () => statSync(path));
  if (stat?.isDirectory()) return path;
  throw cannotCopy(
    `destination "${shown}" must be a directory`,
    'a tar is unpacked into it',
    'make it first',
  );
}
