/** Layers that have everything a layer can have, made by the tools that people make layers with. */
import { execFileSync } from 'node:child_process';
import { paxHeader, tarOf } from '../../unit/image/tars.ts';

const script = `
umask 022
mkdir -p bin deep var/empty home/user "$(printf 'd%.0s' $(seq 120))/$(printf 'e%.0s' $(seq 120))"
printf '%s' "$(seq 20000)" > bin/tool && chmod 4755 bin/tool
printf ping > bin/ping && chown 1:2 bin/ping
ln bin/tool bin/tool-again && ln bin/tool deep/tool-third
ln -s /etc/passwd absolute && ln -s ../../../../outside climbing && ln -s "$(printf 't%.0s' $(seq 200))" long-target
printf x > "$(printf 'd%.0s' $(seq 120))/$(printf 'e%.0s' $(seq 120))/$(printf 'f%.0s' $(seq 200))"
mkfifo -m 622 pipe && mknod -m 640 disk b 8 1 && mknod -m 666 zero c 1 5 && mknod many c 4095 1048575
printf 'ä ö' > 'näme with spaces' && chmod 0 'näme with spaces' && chmod 1777 var/empty && chmod 2750 home/user
printf 1 > home/user/file && chown -R 1000:1001 home/user && chown -h 7:8 absolute && chown 4000000000:3000000 pipe
truncate -s 9M holes && printf start | dd of=holes conv=notrunc status=none
printf middle | dd of=holes bs=1M seek=4 conv=notrunc status=none
truncate -s 5M only-hole && truncate -s 30M many-holes
for i in $(seq 0 2 58); do printf "at $i" | dd of=many-holes bs=512K seek=$i conv=notrunc status=none; done
python3 -c '
import os
for path in ["bin/tool-again", "bin/ping"]:
    os.setxattr(path, "security.capability", bytes.fromhex("0100000200ff800a000000000000000000000000"))
os.setxattr("home/user/file", "user.note", b"bytes \\xff\\x00\\x0a end")
os.setxattr("var", "trusted.kept", b"1")
os.utime("deep/tool-third", ns=(5, 1700000000123456789))
os.utime("absolute", ns=(5, 1234567890000000001), follow_symlinks=False)
for path, time in [("zero", 0), ("disk", 2**31 * 10**9 + 5), ("home/user", 1), ("var", 999999999999999999), ("old", -86400 * 10**9)]:
    if path == "old": open(path, "w").close()
    os.utime(path, ns=(5, time))
'
`;

/** Tars of the same directory, by how they are written. */
const writers: Readonly<Record<string, string>> = {
  'pax, sparse 1.0': 'tar --format=pax --sparse --xattrs --xattrs-include="*"',
  'pax, sparse 0.1': 'tar --format=pax --sparse --sparse-version=0.1 --xattrs --xattrs-include="*"',
  'pax, sparse 0.0': 'tar --format=pax --sparse --sparse-version=0.0 --xattrs --xattrs-include="*"',
  'GNU with its own sparse files': 'tar --format=gnu --sparse',
  'bsdtar’s pax': 'bsdtar --format=pax --xattrs --no-acls --no-fflags --no-mac-metadata',
};

export const richWriters = Object.keys(writers);

/** Fills `directory` with files of all kinds, and writes them to a tar. */
export function richTar(directory: string, writer: string): string {
  execFileSync('mkdir', [directory]);
  execFileSync('bash', ['-ec', script], { cwd: directory });
  const tar = `${directory}.tar`;
  execFileSync('bash', ['-ec', `${writers[writer]} -cf "$0" .`, tar], { cwd: directory });
  return tar;
}

/** A layer above it, as docker and umoci write them: it removes, replaces, and adds again. */
export async function upperTar(): Promise<Buffer> {
  const directory = { type: 'directory', mode: 0o755 } as const;
  const added = { uid: 9, gid: 10, mode: 0o6711, mtime: new Date(1_650_000_000_000) };
  return await tarOf(
    { name: '/', ...directory },
    { name: 'bin/', ...directory, mtime: new Date(1_600_000_000_000) },
    { name: 'bin/.wh.tool' },
    { name: 'home/', ...directory },
    { name: 'home/user/', ...directory, uid: 5 },
    { name: 'home/user/.wh..wh..opq' },
    { name: 'home/user/new', content: 'new' },
    { name: 'deep', type: 'symlink', linkname: 'bin' },
    { name: 'climbing/', ...directory },
    { name: 'climbing/in', content: 'was a symlink' },
    await paxHeader({ 'SCHILY.xattr.user.a': 'b' }),
    { name: 'added', content: 'x', ...added },
    { name: '/added-again', type: 'link', linkname: '/added', ...added },
  );
}
