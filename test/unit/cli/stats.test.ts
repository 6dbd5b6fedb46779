import { describe, expect, it } from 'vitest';
import { blockBytes, withoutCache } from '../../../core/cgroup/usage.ts';
import { networkBytes, networkOf, systemCpu } from '../../../core/host/counters.ts';
import { thisProcess } from '../../../core/kernel/proc.ts';
import { binarySize } from '../../../stepper/cli/format/size.ts';
import { cpuPercent, type Sample } from '../../../stepper/cli/stats/sample.ts';

const sample = (cpu: bigint, system: bigint): Sample => ({
  ...{ cpu, system, online: 4, memory: 0, memoryLimit: 0, pids: 0 },
  ...{ blockRead: 0, blockWrite: 0, received: 0, sent: 0 },
});

describe('docker’s formulas', () => {
  it('CPU: one busy CPU of four is 100 percent, whatever was used before', () => {
    expect(cpuPercent(sample(7n, 100n), sample(1_000_000_007n, 4_000_000_100n))).toBe(100);
    expect(cpuPercent(sample(7n, 100n), sample(7n, 4_000_000_100n))).toBe(0);
    expect(cpuPercent(sample(7n, 100n), sample(9n, 100n))).toBe(0);
  });

  it('memory: without the file cache that is inactive, by the name that each version has for it', () => {
    const stat = 'cache 9\ninactive_file 100\ntotal_inactive_file 400\n';
    expect([withoutCache(1000, stat, 1), withoutCache(1000, stat, 2)]).toEqual([600, 900]);
    expect(withoutCache(300, stat, 1)).toBe(300);
  });

  it('blocks: all devices together, without the totals of v1', () => {
    const v1 =
      '8:0 Read 4096\n8:0 Write 10\n8:0 Sync 1\n8:0 Total 4106\n8:16 Read 4\n8:16 Write 0\nTotal 4110';
    expect(blockBytes(v1, 1)).toEqual({ read: 4100, write: 10 });
    const v2 = '8:0 rbytes=4096 wbytes=10 rios=1 wios=1 dbytes=0 dios=0\n8:16 rbytes=4 wbytes=0 rios=1';
    expect(blockBytes(v2, 2)).toEqual({ read: 4100, write: 10 });
  });

  it('network: all interfaces but the loopback', () => {
    const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:     999       9    0    0    0     0          0         0      999       9    0    0    0     0       0          0
  eth0:    1180      12    0    0    0     0          0         0       42       1    0    0    0     0       0          0
  eth1:      20       1    0    0    0     0          0         0        8       1    0    0    0     0       0          0
`;
    expect(networkBytes(text)).toEqual({ received: 1200, sent: 50 });
    expect(networkBytes('')).toEqual({ received: 0, sent: 0 });
  });

  it('network: none of a process that has got the container’s pid since', () => {
    expect(networkOf({ ...thisProcess(), startTime: '1' })).toEqual({ received: 0, sent: 0 });
  });

  it('the machine: seven kinds of time, guests not counted twice', () => {
    const text = 'cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 2 3 4\ncpu1 0 0 0 0\nintr 1\n';
    expect(systemCpu(text)).toEqual({ total: 280_000_000n, online: 2 });
  });

  it.each([
    [577536, '564KiB'],
    [67108864, '64MiB'],
    [8322863104, '7.751GiB'],
    [0, '0B'],
  ])('%d bytes are %s', (bytes, text) => expect(binarySize(bytes)).toBe(text));
});
