import { closeSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { socketInodes } from '../../../core/network/port-owner.ts';
import { holdPort } from '../../../core/network/ports.ts';

describe.each(['tcp', 'udp'] as const)('a held %s port', (protocol) => {
  it('is refused to a second holder, who is told which process has it', () => {
    const held = holdPort({ ip: '127.0.0.1', port: 0, protocol });
    const again = () => holdPort({ ip: '127.0.0.1', port: held.port, protocol });
    const failure = {
      code: 'port-in-use',
      errno: 'EADDRINUSE',
      why: expect.stringContaining(`process ${process.pid}`),
    };
    expect(again).toThrow(expect.objectContaining({ failure: expect.objectContaining(failure) }));
    closeSync(held.descriptor);
  });

  it('is free again when it was closed', () => {
    const held = holdPort({ ip: '127.0.0.1', port: 0, protocol });
    closeSync(held.descriptor);
    const again = holdPort({ ip: '127.0.0.1', port: held.port, protocol });
    expect(again.port).toBe(held.port);
    closeSync(again.descriptor);
  });

  it('is refused on an address that the host does not have', () => {
    // TEST-NET-3 of RFC 5737 is nobody's.
    const failure = expect.objectContaining({ code: 'network', errno: 'EADDRNOTAVAIL' });
    expect(() => holdPort({ ip: '203.0.113.9', port: 0, protocol })).toThrow(
      expect.objectContaining({ failure }),
    );
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
