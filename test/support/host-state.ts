/** Everything that a run could leave behind on the host, as lines that can be compared. Read without tsstep's help. */
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from './sandbox.ts';

export interface HostState {
  network: string[];
  mounts: string[];
  cgroups: string[];
  processes: string[];
  files: string[];
}

const looks = `
ip -o link
ip -o address
ip route show table all
nft list ruleset
! command -v iptables-save || iptables-save
echo ip_forward $(cat /proc/sys/net/ipv4/ip_forward)
grep -H . /proc/sys/net/ipv4/conf/*/route_localnet /proc/sys/net/ipv4/conf/*/forwarding /proc/sys/net/ipv4/conf/*/accept_redirects
`;

export async function hostState(sandbox: Sandbox, root = sandbox.root): Promise<HostState> {
  const network = await sandbox.sh(`{ ${looks} } 2>/dev/null`);
  return {
    // Link-local addresses become usable a second after their link (duplicate address detection), by themselves.
    network: network
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#') && !line.includes('fe80:')),
    mounts: mountsBelow(sandbox.holder, sandbox.directory),
    cgroups: sandbox.cgroups.groups(),
    processes: processes(sandbox),
    files: [...filesBelow(root), ...filesBelow(join(sandbox.directory, 'shared'), /^$/)],
  };
}

function mountsBelow(pid: number, directory: string): string[] {
  const lines = readFileSync(`/proc/${pid}/mountinfo`, 'utf8').split('\n');
  return lines.filter((line) => line.split(' ')[4]?.startsWith(`${directory}/`));
}

function processes(sandbox: Sandbox): string[] {
  return sandbox.cgroups
    .processes()
    .filter((pid) => pid !== sandbox.holder)
    .flatMap((pid) => {
      try {
        return [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`];
      } catch {
        return [];
      }
    });
}

/** The image cache is kept on purpose: blobs and whole layers, and the log of what has happened. Half a layer is not. */
const kept = /^(images|layers)(\/(?!partial\/).*)?$|^lifecycle\.jsonl(\.1)?$/;

/** Path, type and mode, owner, content's length or target of every file. */
export function filesBelow(root: string, keep: RegExp = kept): string[] {
  return pathsBelow(root)
    .filter((path) => !keep.test(path))
    .sort()
    .map((path) => {
      const stat = lstatSync(join(root, path));
      const target = stat.isSymbolicLink() ? ` -> ${readlinkSync(join(root, path))}` : '';
      return `${path} ${stat.mode.toString(8)} ${stat.uid}:${stat.gid}${stat.isFile() ? ` ${stat.size}` : ''}${target}`;
    });
}

/** readdir's own `recursive` follows symlinks, and an image may have one that leads to /proc. */
function pathsBelow(root: string, prefix = ''): string[] {
  if (!existsSync(root)) return [];
  return readdirSync(join(root, prefix), { withFileTypes: true }).flatMap((entry) => {
    const path = join(prefix, entry.name);
    return [path, ...(entry.isDirectory() ? pathsBelow(root, path) : [])];
  });
}
