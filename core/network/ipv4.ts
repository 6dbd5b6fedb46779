/** IPv4 addresses as 32-bit numbers, and blocks of them in CIDR notation (RFC 4632). */

export interface Block {
  /** First address. */
  base: number;
  /** Leading bits that all addresses of the block share, 0 to 32. */
  prefix: number;
}

/** `10.0.0.1` as a number from 0 to 2^32 - 1; undefined for anything else, IPv6 included. */
export function parseAddress(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

/** Addresses in a block. */
export const sizeOf = ({ prefix }: Block): number => 2 ** (32 - prefix);

/** `10.0.0.0/8`, `10.0.0.1` (a block of one) or iproute2's `default` (all of them); undefined for anything else. */
export function parseBlock(text: string): Block | undefined {
  if (text === 'default') return { base: 0, prefix: 0 };
  const [address = '', length = '32', ...rest] = text.split('/');
  const parsed = parseAddress(address);
  if (parsed === undefined || rest.length > 0 || !/^\d{1,2}$/.test(length) || Number(length) > 32)
    return undefined;
  const prefix = Number(length);
  const size = sizeOf({ base: 0, prefix });
  return { base: Math.floor(parsed / size) * size, prefix };
}

export const formatBlock = ({ base, prefix }: Block): string => `${formatAddress(base)}/${prefix}`;

/** Two blocks overlap when one of them holds the other's first address. */
export function overlap(a: Block, b: Block): boolean {
  return a.base < b.base + sizeOf(b) && b.base < a.base + sizeOf(a);
}

/** A locally administered MAC address that holds the IPv4 address, as docker makes it: 02:42 and the four bytes. */
export function macOf(address: number): string {
  const bytes = [24, 16, 8, 0].map((shift) => ((address >>> shift) & 255).toString(16).padStart(2, '0'));
  return ['02', '42', ...bytes].join(':');
}
