import type { ProbeContext } from '../snapshot.ts';
import { link } from './read.ts';
import { shared } from './shared.ts';
import { inHostNamespace, target } from './target.ts';

export const HOSTNAME = '/proc/sys/kernel/hostname';
export const PORTS = '/proc/sys/net/ipv4/ip_unprivileged_port_start';
export const PING = '/proc/sys/net/ipv4/ping_group_range';
const files = [HOSTNAME, PORTS, PING];

/** Not the shell's own read, which takes a byte at a time: most files of /proc/sys have nothing to say behind the first. */
const reader = 'while read -r file; do cat "$file" 2>/dev/null || echo; done';

/**
 * Settings of the process's uts and network namespaces. /proc/sys answers for the namespaces of whoever reads, so a shell goes in
 * and reads; `undefined` while both are still the host's.
 */
export function ownSettings(context: ProbeContext): Promise<Readonly<Record<string, string>> | undefined> {
  return shared(context, 'own settings', async () => {
    const directory = target(context);
    const kinds = ['uts', 'net'].filter((kind) => inHostNamespace(context, kind) === false);
    if (!directory || kinds.length === 0) return undefined;
    const namespaces = kinds.map((kind) => link(`${directory}/ns/${kind}`)).join(' ');
    const enter = ['nsenter', ...kinds.map((kind) => `--${kind}=${directory}/ns/${kind}`)];
    const values = await context.tools.use(`sh ${namespaces}`, [...enter, 'sh', '-c', reader]).ask(files);
    if (values.length < files.length) return undefined;
    return Object.fromEntries(files.map((file, index) => [file, values[index]?.replaceAll('\t', ' ') ?? '']));
  });
}
