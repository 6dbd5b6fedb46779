import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nextLease, releaseLease, takeLease } from '../../../core/network/leases.ts';

let run: string;
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), 'tsstep-leases-'));
  // The first lease asks the host for its routes; these tests want none of it.
  mkdirSync(join(run, 'leases/net0'), { recursive: true });
  writeFileSync(join(run, 'leases/net0/first'), JSON.stringify(nextLease('net0', '10.213.0.0/24', [])));
});
afterEach(() => rmSync(run, { recursive: true }));

describe('a lease', () => {
  it('has the lowest address behind the gateway', () => {
    expect(nextLease('net0', '10.213.0.0/24', ['10.213.0.2', '10.213.0.4'])).toEqual({
      network: 'net0',
      bridge: 'net0',
      subnet: '10.213.0.0/24',
      prefix: 24,
      gateway: '10.213.0.1',
      address: '10.213.0.3',
      mac: '02:42:0a:d5:00:03',
    });
  });

  it('is refused when all addresses but the gateway’s and the broadcast one are taken', () => {
    expect(
      nextLease('net0', '10.213.0.0/29', ['10.213.0.2', '10.213.0.3', '10.213.0.4', '10.213.0.5']).address,
    ).toBe('10.213.0.6');
    const taken = [2, 3, 4, 5, 6].map((last) => `10.213.0.${last}`);
    expect(() => nextLease('net0', '10.213.0.0/29', taken)).toThrow('no free address in 10.213.0.0/29');
  });

  it('is in the subnet of those that exist, and never two containers’ at once', async () => {
    const leases = await Promise.all(['a', 'b', 'c', 'd'].map((holder) => takeLease(run, 'net0', holder)));
    expect(leases.map(({ address }) => address).sort()).toEqual([
      '10.213.0.3',
      '10.213.0.4',
      '10.213.0.5',
      '10.213.0.6',
    ]);
  });

  it('is the same for who has one already', async () => {
    expect(await takeLease(run, 'net0', 'a')).toEqual(await takeLease(run, 'net0', 'a'));
  });

  it('can be taken again after its release, and the last release leaves no directory', async () => {
    const { address } = await takeLease(run, 'net0', 'a');
    await releaseLease(run, 'net0', 'a');
    expect((await takeLease(run, 'net0', 'b')).address).toBe(address);
    await releaseLease(run, 'net0', 'b');
    await releaseLease(run, 'net0', 'first');
    expect(existsSync(join(run, 'leases'))).toBe(false);
    await releaseLease(run, 'net0', 'first');
  });

  it('of a run that was killed while it wrote is not counted', async () => {
    writeFileSync(join(run, 'leases/net0/.killed'), '{"addr');
    expect((await takeLease(run, 'net0', 'a')).address).toBe('10.213.0.3');
  });
});
