/**
 * How containers of one network find each other: their hosts files. Who is in which network under which names is a file
 * `<run>/members/<bridge>/<container ID>`; whenever one comes or goes, the part of every member's hosts file that is tsstep's is
 * written anew. The file stays the same inode, because it is bind-mounted on the container's /etc/hosts.
 */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { tolerating } from '../kernel/errno.ts';
import { withLock } from '../kernel/fs.ts';
import type { Places } from '../known.ts';
import { containerFiles, lock, members } from '../paths.ts';
import { holdersIn, readHeld, removeEmpty, removeHeld, writeHeld } from './holders.ts';
import { parseAddress } from './ipv4.ts';

export interface Member {
  address: string;
  /** The container's name first. */
  names: readonly string[];
}

type Where = Pick<Places, 'root' | 'run'>;

const BEGIN = '# tsstep: containers of its networks';
const END = '# tsstep: end';

/** A container may write what it likes into its own hosts file; more than this is not read. */
const LIMIT = 1024 ** 2;

/** hosts(5): `text` with the part between the marks replaced; what a person or program has added around it stays. */
export function withMembers(text: string, found: readonly Member[]): string {
  const begin = text.indexOf(`${BEGIN}\n`);
  const end = text.indexOf(`${END}\n`, begin);
  const before = begin < 0 ? text : text.slice(0, begin);
  const after = begin < 0 || end < 0 ? '' : text.slice(end + END.length + 1);
  const head = before === '' || before.endsWith('\n') ? before : `${before}\n`;
  if (found.length === 0) return head + after;
  const lines = [...found]
    .sort((a, b) => (parseAddress(a.address) ?? 0) - (parseAddress(b.address) ?? 0))
    .map(({ address, names }) => `${address}\t${[...new Set(names)].join(' ')}`);
  return `${head}${[BEGIN, ...lines, END, ''].join('\n')}${after}`;
}

const membersOf = (run: string, network: string): string => join(members(run), network);

/** The networks, by bridge, that a container is in. */
const networksOf = (run: string, holder: string): string[] =>
  holdersIn(members(run)).filter((network) => holdersIn(membersOf(run, network)).includes(holder));

function rewrite({ root, run }: Where, holder: string): void {
  const found = networksOf(run, holder).flatMap((network) => {
    const directory = membersOf(run, network);
    return holdersIn(directory).flatMap((name) => readHeld<Member>(directory, name) ?? []);
  });
  // What is there is a file of ours, but its directory may go at any moment.
  const { hosts } = containerFiles(root, holder);
  const flags = constants.O_RDWR | constants.O_NOFOLLOW;
  const fd = tolerating(['ENOENT', 'ENOTDIR'], () => openSync(hosts, flags));
  if (fd === undefined) return;
  try {
    const text = fstatSync(fd).size > LIMIT ? '' : readFileSync(fd, 'utf8');
    const data = Buffer.from(withMembers(text, found));
    // One write, and only then cut: who reads meanwhile never finds it empty.
    writeSync(fd, data, 0, data.length, 0);
    ftruncateSync(fd, data.length);
  } finally {
    closeSync(fd);
  }
}

const rewriteAll = (where: Where, network: string): void => {
  for (const holder of holdersIn(membersOf(where.run, network))) rewrite(where, holder);
};

/** @param network its bridge @param holder the container's ID */
export async function joinNames(
  where: Where,
  { network, holder, address, names }: Member & { network: string; holder: string },
): Promise<void> {
  await withLock(lock(where.run), () => {
    writeHeld(membersOf(where.run, network), holder, { address, names });
    rewriteAll(where, network);
  });
}

/** Having been in none is fine. */
export async function leaveNames(where: Where, network: string, holder: string): Promise<void> {
  await withLock(lock(where.run), () => {
    const directory = membersOf(where.run, network);
    removeHeld(directory, holder);
    rewriteAll(where, network);
    rewrite(where, holder);
    removeEmpty(directory);
  });
}

/** A running container has another name from now on, in all of its networks. */
export async function renameMember(where: Where, holder: string, from: string, to: string): Promise<void> {
  await withLock(lock(where.run), () => {
    for (const network of networksOf(where.run, holder)) {
      const directory = membersOf(where.run, network);
      const member = readHeld<Member>(directory, holder);
      if (!member) continue;
      const names = member.names.map((name) => (name === from ? to : name));
      writeHeld(directory, holder, { ...member, names });
      rewriteAll(where, network);
    }
  });
}
