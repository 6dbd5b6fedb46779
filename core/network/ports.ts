/**
 * Holding a published port on the host. Packets never get to these sockets, because they are sent on to the container before
 * (nat), but bind(2) makes the kernel refuse the port to everybody else, and tells us when somebody else has it.
 */
import { closeSync } from 'node:fs';
import { TsstepError } from '../errors.ts';
import { errnoOf } from '../kernel/errno.ts';
import { bind, listen, openSocket, portOf, reuseAddress } from '../kernel/socket.ts';
import { parseAddress } from './ipv4.ts';
import { portOwner } from './port-owner.ts';

interface PortRequest {
  ip: string;
  /** 0: any free port. */
  port: number;
  protocol: 'tcp' | 'udp';
}

export interface HeldPort {
  port: number;
  descriptor: number;
}

/** bind(2) and, for TCP, listen(2). Close-on-exec. @throws TsstepError port-in-use, network */
export function holdPort(request: PortRequest): HeldPort {
  const descriptor = openSocket(request.protocol);
  try {
    const { protocol } = request;
    if (protocol === 'tcp') reuseAddress(descriptor);
    bind(descriptor, parseAddress(request.ip) ?? 0, request.port);
    if (protocol === 'tcp') listen(descriptor);
    return { port: portOf(descriptor), descriptor };
  } catch (error) {
    closeSync(descriptor);
    throw explained(request, error);
  }
}

const reasons: Record<
  string,
  (request: PortRequest) => { code: 'port-in-use' | 'network'; why: string; remedy: string }
> = {
  EADDRINUSE: ({ port, protocol }) => {
    const owner = portOwner(port, protocol);
    return {
      code: 'port-in-use',
      why: owner ? `${owner.text}, has it` : 'another process has it, one that cannot be seen from here',
      remedy: `${owner?.container ? `tsstep stop ${owner.container}` : 'stop that process'}, or publish another host port, or 0 for any free one`,
    };
  },
  EADDRNOTAVAIL: ({ ip }) => ({
    code: 'network',
    why: `no interface of this host has the address ${ip}`,
    remedy: 'publish on an address that `ip address` shows, or leave the address out for all of them',
  }),
  EACCES: () => ({
    code: 'network',
    why: 'ports below net.ipv4.ip_unprivileged_port_start (1024) need CAP_NET_BIND_SERVICE',
    remedy: 'run tsstep as root, or publish a host port from 1024 up',
  }),
};

function explained(request: PortRequest, error: unknown): unknown {
  const errno = errnoOf(error) ?? '';
  const reason = reasons[errno]?.(request);
  if (!reason) return error;
  const { ip, port, protocol } = request;
  return new TsstepError({ ...reason, what: `cannot publish on ${ip}:${port}/${protocol}`, errno });
}
