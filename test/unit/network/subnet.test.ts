import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatAddress,
  formatBlock,
  macOf,
  overlap,
  parseAddress,
  parseBlock,
} from '../../../core/network/ipv4.ts';
import { candidates, chooseSubnet } from '../../../core/network/subnet.ts';

const address = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const block = fc
  .tuple(address, fc.integer({ min: 2, max: 32 }))
  .map(([base, prefix]) => `${formatAddress(base)}/${prefix}`);
/** Routes in the private ranges, where the candidates are: others would seldom collide. */
const nearby = fc
  .tuple(fc.constantFrom(...candidates), fc.integer({ min: 8, max: 30 }))
  .map(([candidate, prefix]) =>
    formatBlock(parseBlock(`${candidate.split('/')[0]}/${prefix}`) ?? { base: 0, prefix }),
  );

describe('an IPv4 address', () => {
  it('reads back as it was written', () => {
    fc.assert(fc.property(address, (number) => parseAddress(formatAddress(number)) === number));
  });

  it.each(['', '1.2.3', '1.2.3.4.5', '256.0.0.1', '1.2.3.x', 'fe80::1', '-1.2.3.4', '0x1.2.3.4'])(
    'is not made of %j',
    (text) => {
      expect(parseAddress(text)).toBeUndefined();
    },
  );

  it('gives the MAC address that docker gives', () => {
    expect(macOf(parseAddress('172.30.0.2') ?? 0)).toBe('02:42:ac:1e:00:02');
  });
});

describe('a block of addresses', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['10.1.2.3', '10.1.2.3/32'],
    ['default', '0.0.0.0/0'],
  ])('%s is read as %s', (text, canonical) => {
    const parsed = parseBlock(text);
    expect(parsed && formatBlock(parsed)).toBe(canonical);
  });

  it.each(['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '::/0', 'fd00::/64'])('is not made of %j', (text) => {
    expect(parseBlock(text)).toBeUndefined();
  });

  it.each([
    ['10.0.0.0/8', '10.213.0.0/24', true],
    ['10.213.0.0/24', '10.213.1.0/24', false],
    ['10.213.0.255', '10.213.0.0/24', true],
    ['255.255.255.0/24', '0.0.0.0/24', false],
  ])('%s and %s overlap: %s', (a, b, expected) => {
    const [left, right] = [parseBlock(a), parseBlock(b)];
    if (!left || !right) throw new Error('not blocks');
    expect(overlap(left, right)).toBe(expected);
    expect(overlap(right, left)).toBe(expected);
  });
});

describe('the chosen subnet', () => {
  it('never overlaps a route or a resolver of the host, or none is chosen', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(block, nearby)),
        fc.array(address.map(formatAddress)),
        (destinations, nameservers) => {
          const routes = destinations.map((dst) => ({ dst, dev: 'eth0' }));
          const taken = [...destinations, ...nameservers]
            .map(parseBlock)
            .filter((other) => other !== undefined);
          const hits = (subnet: string) => taken.some((other) => overlap(other, parseBlock(subnet) ?? other));
          try {
            expect(hits(chooseSubnet(routes, nameservers, 'tsstep0'))).toBe(false);
          } catch (error) {
            expect(error).toMatchObject({ failure: { code: 'network' } });
            expect(candidates.every(hits)).toBe(true);
          }
        },
      ),
    );
  });

  it('ignores default routes, split ones too, IPv6 and lines without a destination', () => {
    const routes = [
      { dst: 'default' },
      { dst: '0.0.0.0/1' },
      { dst: '128.0.0.0/1' },
      { dst: 'fd00::/8' },
      {},
    ];
    expect(chooseSubnet(routes, ['fe80::1'], 'tsstep0')).toBe(candidates[0]);
  });

  it('stays out of the way of a VPN that routes two of the three private ranges', () => {
    const routes = [{ dst: '10.0.0.0/8' }, { dst: '172.16.0.0/12' }];
    expect(chooseSubnet(routes, [], 'tsstep0')).toMatch(/^192\.168\./);
  });

  it('does not hide the host’s resolver, though no route says where it is', () => {
    expect(chooseSubnet([], ['172.30.0.53'], 'tsstep0')).toBe('172.30.1.0/24');
  });

  it('is the one that a bridge left by a killed run still has', () => {
    const routes = [
      { dst: '172.30.0.0/24', dev: 'eth1' },
      { dst: '10.213.3.0/24', dev: 'tsstep0' },
    ];
    expect(chooseSubnet(routes, [], 'tsstep0')).toBe('10.213.3.0/24');
  });
});
