import { describe, expect, test } from 'vitest';
import type { RunFlags } from '../../../core/spec/flags.ts';
import { parse, refusal } from './parse.ts';

describe('limits', () => {
  test.each<[RunFlags, object]>([
    [{}, {}],
    [{ memory: '6m' }, { memory: 6291456 }],
    [{ memory: '0' }, {}],
    [
      { memory: '64m', memorySwap: '64m' },
      { memory: 67108864, memorySwap: 67108864 },
    ],
    [
      { memory: '64m', memorySwap: '-1' },
      { memory: 67108864, memorySwap: -1 },
    ],
    [{ memory: '64m', memorySwap: '0' }, { memory: 67108864 }],
    [{ memorySwap: '-1' }, { memorySwap: -1 }],
    [{ cpus: '0.01' }, { cpus: 0.01 }],
    [{ cpus: '.5' }, { cpus: 0.5 }],
    [{ cpus: '2' }, { cpus: 2 }],
    [{ cpus: '1.500000000000' }, { cpus: 1.5 }],
    [{ cpuShares: '0' }, {}],
    [{ cpuShares: '2' }, { cpuShares: 2 }],
    [{ cpuShares: '512' }, { cpuShares: 512 }],
    [{ cpusetCpus: '0-2,5' }, { cpusetCpus: '0-2,5' }],
    [{ cpusetCpus: '0-1,0' }, { cpusetCpus: '0-1,0' }],
    [{ cpusetCpus: '' }, {}],
    [{ pidsLimit: '100' }, { pidsLimit: 100 }],
    [{ pidsLimit: '-1' }, { pidsLimit: -1 }],
    [{ pidsLimit: '0' }, { pidsLimit: -1 }],
    [{ pidsLimit: '-5' }, { pidsLimit: -1 }],
  ])('%j are understood', (flags, resources) => {
    expect(parse(flags).resources).toEqual(resources);
  });

  test.each<[RunFlags, string, RegExp]>([
    [{ memory: '5m' }, '--memory "5m"', /Minimum memory limit allowed is 6MB/],
    [{ memory: '6291455' }, '--memory "6291455"', /6MB/],
    [{ memorySwap: '100m' }, '--memory-swap "100m"', /needs a memory limit/],
    [{ memory: '0', memorySwap: '100m' }, '--memory-swap "100m"', /needs a memory limit/],
    [{ memory: '64m', memorySwap: '32m' }, '--memory-swap "32m"', /below --memory/],
    [{ memory: '64m', memorySwap: '-2' }, '--memory-swap "-2"', /negative/],
    [{ cpus: '0' }, '--cpus "0"', /0\.01/],
    [{ cpus: '0.009' }, '--cpus "0.009"', /0\.01/],
    [{ cpus: '-1' }, '--cpus "-1"', /positive decimal/],
    [{ cpus: 'NaN' }, '--cpus "NaN"', /positive decimal/],
    [{ cpus: '' }, '--cpus ""', /positive decimal/],
    [{ cpus: '.' }, '--cpus "."', /positive decimal/],
    [{ cpus: '2.01' }, '--cpus "2.01"', /this host has 2 CPUs/],
    [{ cpus: '0.1234567891' }, '--cpus "0.1234567891"', /too precise/],
    [{ cpuShares: '1' }, '--cpu-shares "1"', /2 to 262144/],
    [{ cpuShares: '-1' }, '--cpu-shares "-1"', /2 to 262144/],
    [{ cpuShares: '1.5' }, '--cpu-shares "1.5"', /whole number/],
    [{ cpusetCpus: '3-1' }, '--cpuset-cpus "3-1"', /backwards/],
    [{ cpusetCpus: 'x' }, '--cpuset-cpus "x"', /neither a number nor a range/],
    [{ cpusetCpus: '0, 1' }, '--cpuset-cpus "0, 1"', /neither/],
    [{ cpusetCpus: '0,,1' }, '--cpuset-cpus "0,,1"', /neither/],
    [{ cpusetCpus: '9999' }, '--cpuset-cpus "9999"', /no kernel/],
    [{ pidsLimit: 'x' }, '--pids-limit "x"', /whole number/],
    [{ pidsLimit: '4194305' }, '--pids-limit "4194305"', /4194304/],
  ])('%j are refused', (flags, what, why) => {
    const failure = refusal(flags);
    expect(failure.what).toBe(what);
    expect(failure.why).toMatch(why);
  });

  test('of /dev/shm are 64 MiB unless given, and 0 means that too', () => {
    expect([undefined, '0', '1m'].map((shmSize) => parse(shmSize ? { shmSize } : {}).shmSize)).toEqual([
      67108864, 67108864, 1048576,
    ]);
    expect(refusal({ shmSize: '64x' }).what).toBe('--shm-size "64x"');
  });
});
