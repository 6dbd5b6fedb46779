/** Somebody on a wire to the sandbox, like a machine in the host's network: addresses for documentation (RFC 5737). */
import { beforeAll } from 'vitest';
import { Started } from './commands.ts';
import type { Sandbox } from './sandbox.ts';

interface Outside {
  /** The sandbox's address. */
  readonly host: string;
  readonly address: string;
  /** A process in the network namespace outside. */
  readonly pid: number;
}

export function useOutside(sandbox: Sandbox): Outside {
  const outside = { host: '203.0.113.1', address: '203.0.113.2', pid: -1 };
  beforeAll(async () => {
    if (process.getuid?.() !== 0) return;
    const argv = ['unshare', '--net', 'sh', '-c', 'echo up; exec sleep infinity'];
    const started = new Started(sandbox.enter(argv));
    await started.says('up');
    outside.pid = started.pid;
    await sandbox.sh(`
      ip link add w0 type veth peer name w1
      echo 1 > /proc/sys/net/ipv6/conf/w0/disable_ipv6
      ip link set w1 netns ${outside.pid}
      ip addr add ${outside.host}/24 dev w0
      ip link set w0 up
      nsenter --target ${outside.pid} --net sh -ec 'ip addr add ${outside.address}/24 dev w1; ip link set w1 up; ip link set lo up'`);
  });
  return outside;
}
