/**
 * Holding a published port on the host. Packets never get to these sockets, because they are sent on to the container before
 * (nat), but bind(2) makes the kernel refuse the port to everybody else, and tells us when somebody else has it.
 */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { TsstepError } from '../errors.ts';
import { portOwner } from './port-owner.ts';

interface PortRequest {
  ip: string;
  /** 0: any free port. */
  port: number;
  protocol: 'tcp' | 'udp';
}

interface HeldPort {
  port: number;
  close(): Promise<void>;
}

/**
 * bind(2) and listen(2). The socket does not keep Node alive, and libuv makes every socket close-on-exec.
 * @throws TsstepError port-in-use, network
 */
export async function listen(request: PortRequest): Promise<HeldPort> {
  try {
    return await (request.protocol === 'tcp' ? listenTcp(request) : bindUdp(request));
  } catch (error) {
    throw explained(request, error);
  }
}

function listenTcp({ ip, port }: PortRequest): Promise<HeldPort> {
  // Whoever connects before the container's nat rules are there finds nobody.
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: ip, port, exclusive: true }, () => {
      server.off('error', reject);
      // It only holds the port: what becomes of it later is nobody's concern.
      server.on('error', () => undefined);
      server.unref();
      resolve({
        port: portOf(server.address()),
        close: () => new Promise((closed) => server.close(() => closed())),
      });
    });
  });
}

function bindUdp({ ip, port }: PortRequest): Promise<HeldPort> {
  const socket = createSocket(ip.includes(':') ? 'udp6' : 'udp4');
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ address: ip, port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      socket.on('error', () => undefined);
      socket.unref();
      resolve({
        port: socket.address().port,
        close: () => new Promise((closed) => socket.close(() => closed())),
      });
    });
  });
}

const portOf = (address: ReturnType<ReturnType<typeof createServer>['address']>): number =>
  typeof address === 'object' && address ? address.port : 0;

const reasons: Record<
  string,
  (request: PortRequest) => { code: 'port-in-use' | 'network'; why: string; remedy: string }
> = {
  EADDRINUSE: ({ port, protocol }) => {
    const owner = portOwner(port, protocol);
    return {
      code: 'port-in-use',
      why: owner ? `${owner}, has it` : 'another process has it, one that cannot be seen from here',
      remedy: `stop that process, or publish another host port, or 0 for any free one`,
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
  const errno = (error as NodeJS.ErrnoException).code ?? '';
  const reason = reasons[errno]?.(request);
  if (!reason) return error;
  const { ip, port, protocol } = request;
  return new TsstepError({ ...reason, what: `cannot publish on ${ip}:${port}/${protocol}`, errno });
}
