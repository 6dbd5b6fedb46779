/** What any user of a container may do with its network, set in its own namespace (kernel: Documentation/networking/ip-sysctl.rst). */
import type { Operation } from '../operation.ts';

const SYSCTL = '/proc/sys/net/ipv4';

const settings = [
  {
    name: 'low-ports',
    file: 'ip_unprivileged_port_start',
    data: '0',
    why: 'Ports below 1024 are root’s by old custom; in a network of its own any user may listen on them, as with docker since 20.10.',
  },
  {
    name: 'ping-groups',
    file: 'ping_group_range',
    data: '0 2147483647',
    why: 'Let every group open the sockets that ping needs: without it, ping asks for CAP_NET_RAW.',
  },
] as const;

/** The files are those of the writer's network namespace, so init writes them: before its /proc/sys becomes read-only. */
export function networkSettings(): Operation[] {
  return settings.map(({ name, file, data, why }) => ({
    kind: 'write-attribute',
    where: 'init',
    name,
    path: `${SYSCTL}/${file}`,
    data,
    why,
    undo: 'with-init',
  }));
}
