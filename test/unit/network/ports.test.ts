import { describe, expect, it } from 'vitest';
import { socketInodes } from '../../../core/network/port-owner.ts';
import { listen } from '../../../core/network/ports.ts';

describe.each(['tcp', 'udp'] as const)('a held %s port', (protocol) => {
  it('is refused to a second holder, who is told which process has it', async () => {
    const held = await listen({ ip: '127.0.0.1', port: 0, protocol });
    const again = listen({ ip: '127.0.0.1', port: held.port, protocol });
    await expect(again).rejects.toMatchObject({
      failure: {
        code: 'port-in-use',
        errno: 'EADDRINUSE',
        why: expect.stringContaining(`process ${process.pid}`),
      },
    });
    await held.close();
  });

  it('is free again when it was closed', async () => {
    const held = await listen({ ip: '127.0.0.1', port: 0, protocol });
    await held.close();
    const again = await listen({ ip: '127.0.0.1', port: held.port, protocol });
    expect(again.port).toBe(held.port);
    await again.close();
  });

  it('is refused on an address that the host does not have', async () => {
    // TEST-NET-3 of RFC 5737 is nobody's.
    await expect(listen({ ip: '203.0.113.9', port: 0, protocol })).rejects.toMatchObject({
      failure: { code: 'network', errno: 'EADDRNOTAVAIL' },
    });
  });
});

it('a table of sockets gives the inodes of those that listen on the port, on whatever address', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0 100 0 0 10 0',
    '   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 222 1 0 100 0 0 10 0',
    '   2: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1 0 100 0 0 10 0',
  ].join('\n');
  expect(socketInodes(table, 8080, 'tcp')).toEqual(['111']);
});
