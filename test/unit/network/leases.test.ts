import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Choice, nextLease, releaseLease, takeLease } from '../../../core/network/leases.ts';
import { refuseRouted } from '../../../core/network/subnet.ts';

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
    const leases = await Promise.all(
      ['a', 'b', 'c', 'd'].map((holder) => takeLease({ root: run, run }, { network: 'net0', holder })),
    );
    expect(leases.map(({ address }) => address).sort()).toEqual([
      '10.213.0.3',
      '10.213.0.4',
      '10.213.0.5',
      '10.213.0.6',
    ]);
  });

  it('is the same for who has one already', async () => {
    expect(await takeLease({ root: run, run }, { network: 'net0', holder: 'a' })).toEqual(
      await takeLease({ root: run, run }, { network: 'net0', holder: 'a' }),
    );
  });

  it('can be taken again after its release, and the last release leaves no directory', async () => {
    const { address } = await takeLease({ root: run, run }, { network: 'net0', holder: 'a' });
    await releaseLease(run, 'net0', 'a');
    expect((await takeLease({ root: run, run }, { network: 'net0', holder: 'b' })).address).toBe(address);
    await releaseLease(run, 'net0', 'b');
    await releaseLease(run, 'net0', 'first');
    expect(existsSync(join(run, 'leases'))).toBe(false);
    await releaseLease(run, 'net0', 'first');
  });

  it('of a run that was killed while it wrote is not counted', async () => {
    writeFileSync(join(run, 'leases/net0/.killed'), '{"addr');
    expect((await takeLease({ root: run, run }, { network: 'net0', holder: 'a' })).address).toBe(
      '10.213.0.3',
    );
  });

  it('is of the asked part of the subnet, of the asked address, and never the gateway’s', () => {
    const lease = (choice: Choice, taken: readonly string[] = []) =>
      nextLease('ts-1', '10.9.0.0/24', taken, choice).address;
    expect(lease({ gateway: '10.9.0.254' })).toBe('10.9.0.1');
    expect(lease({ gateway: '10.9.0.1', range: '10.9.0.128/30' }, ['10.9.0.128'])).toBe('10.9.0.129');
    expect(lease({ gateway: '10.9.0.129', range: '10.9.0.128/30' }, ['10.9.0.128'])).toBe('10.9.0.130');
    expect(lease({ ip: '10.9.0.77' })).toBe('10.9.0.77');
    expect(() => lease({ ip: '10.9.0.77' }, ['10.9.0.77'])).toThrow('Address already in use');
    expect(() => lease({ ip: '10.9.0.1' })).toThrow('Address already in use');
    for (const ip of ['10.9.0.0', '10.9.0.255', '10.9.1.1', 'x'])
      expect(() => lease({ ip })).toThrow(`--ip ${ip} cannot be used`);
  });

  it('of a network that has been removed is refused, and one whose subnet is routed elsewhere by now', async () => {
    const pool = { id: 'ab'.repeat(32), subnet: '10.9.0.0/24', gateway: '10.9.0.1' };
    const wanted = { network: 'ts-abababababab', holder: 'a', pool };
    await expect(takeLease({ root: run, run }, wanted)).rejects.toThrow('removed meanwhile');
    const routes = [
      { dst: 'default', dev: 'w0' },
      { dst: '10.9.0.0/16', dev: 'tun0' },
    ];
    expect(() => refuseRouted('10.9.0.0/24', 'ts-1', routes)).toThrow('10.9.0.0/16 is reached by tun0');
    expect(() => refuseRouted('10.9.0.0/24', 'tun0', routes)).not.toThrow();
    expect(() => refuseRouted('10.10.0.0/24', 'ts-1', routes)).not.toThrow();
  });
});
