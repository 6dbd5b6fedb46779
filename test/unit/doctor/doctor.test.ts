import { describe, expect, it } from 'vitest';
import { isNewEnough } from '../../../core/doctor/kernel.ts';
import { missingCapabilities } from '../../../core/doctor/privileges.ts';

describe('doctor', () => {
  it.each([
    ['6.1.0-18-amd64', true],
    ['5.12.0', true],
    ['5.11.22', false],
    ['4.19.0-26-amd64', false],
    ['10.0-rc1', true],
  ])('finds Linux %s new enough: %s', (version, enough) => {
    expect(isNewEnough(version)).toBe(enough);
  });

  it('names the capabilities that root does not have', () => {
    expect(missingCapabilities('CapEff:\t000001fffeffffff\n')).toEqual(['SYS_RESOURCE']);
    expect(missingCapabilities('CapEff:\t000001ffffffffff\n')).toEqual([]);
    expect(missingCapabilities('CapEff:\t0000000000000000\n')).toContain('SYS_ADMIN');
  });
});
