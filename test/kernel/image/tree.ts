/** A directory's content file by file, as two tools that unpack the same image can be compared by. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { type BigIntStats, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

export interface TreeFile {
  /** Type and permissions, octal. */
  mode: string;
  owner: string;
  /** Nanoseconds since 1970. */
  mtime: bigint;
  /** What it consists of: a symlink's text, a device's number, a file's size and sha256. */
  content: string;
  /** All names of a file that has several. */
  links: readonly string[];
  /** By name, in hexadecimal. */
  xattrs: Readonly<Record<string, string>>;
}

/** Keyed by path, `.` for the root. */
export function treeOf(root: string): Record<string, TreeFile> {
  const paths = ['.', ...below(root, '')].sort();
  const stats = new Map(paths.map((path) => [path, lstatSync(join(root, path), { bigint: true })]));
  const names = new Map<bigint, string[]>();
  for (const [path, { ino }] of stats) names.set(ino, [...(names.get(ino) ?? []), path]);
  const xattrs = xattrsOf(root, paths);
  return Object.fromEntries(
    [...stats].map(([path, stat]): [string, TreeFile] => [
      path,
      {
        mode: stat.mode.toString(8),
        owner: `${stat.uid}:${stat.gid}`,
        mtime: stat.mtimeNs,
        content: contentOf(join(root, path), stat),
        links: stat.isDirectory() ? [] : (names.get(stat.ino) ?? []),
        xattrs: xattrs[path] ?? {},
      },
    ]),
  );
}

/** Node's own recursive readdir follows symlinks. */
function below(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? [path, ...below(root, path)] : [path];
  });
}

function contentOf(path: string, stat: BigIntStats): string {
  if (stat.isSymbolicLink()) return readlinkSync(path);
  if (stat.isCharacterDevice() || stat.isBlockDevice()) return `device ${stat.rdev}`;
  if (!stat.isFile()) return '';
  return `${stat.size} bytes, ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
}

const script = `
import json, os, sys
root, *paths = json.load(sys.stdin)
read = lambda path: {name: os.getxattr(path, name, follow_symlinks=False).hex() for name in os.listxattr(path, follow_symlinks=False)}
json.dump({path: read(os.path.join(root, path)) for path in paths}, sys.stdout)
`;

/** Node cannot read them. */
function xattrsOf(root: string, paths: readonly string[]): Record<string, Record<string, string>> {
  const input = JSON.stringify([root, ...paths]);
  return JSON.parse(execFileSync('python3', ['-c', script], { input, encoding: 'utf8' }));
}
