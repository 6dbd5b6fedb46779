import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  capabilityNames,
  capabilityNumber,
  defaultCapabilities,
  effectiveCapabilities,
} from '../../../core/spec/capabilities.ts';

/** The mask that /proc/PID/status shows. */
const mask = (capabilities: readonly string[]) =>
  capabilities.reduce((sum, one) => sum | (1n << BigInt(capabilityNumber(one))), 0n).toString(16);

describe('capabilities', () => {
  test('are 41, the last one CHECKPOINT_RESTORE with number 40', () => {
    expect(new Set(capabilityNames).size).toBe(41);
    expect(capabilityNumber('CHECKPOINT_RESTORE')).toBe(40);
    expect([capabilityNumber('CHOWN'), capabilityNumber('SYS_ADMIN'), capabilityNumber('BOGUS')]).toEqual([
      0, 21, -1,
    ]);
  });

  const header = '/usr/include/linux/capability.h';
  test.skipIf(!existsSync(header))('have the numbers of the kernel’s header', () => {
    const defined = [...readFileSync(header, 'utf8').matchAll(/^#define CAP_([A-Z_]+)\s+(\d+)$/gm)];
    expect(defined.length).toBeGreaterThan(30);
    for (const [, name = '', number] of defined)
      expect([name, capabilityNumber(name)]).toEqual([name, Number(number)]);
  });

  // Those without ALL added were read from /proc/self/status of docker 20.10's containers.
  test.each([
    [[], [], 'a80425fb'],
    [['NET_ADMIN'], ['NET_ADMIN'], 'a80435fb'],
    [[], ['CHOWN'], 'a80425fa'],
    [['CHOWN'], ['ALL'], '1'],
    [[], ['ALL'], '0'],
    [['ALL'], [], '1ffffffffff'],
    [['ALL'], ['NET_ADMIN'], '1ffffffefff'],
    [['ALL'], ['ALL'], '1ffffffffff'],
    [['ALL', 'CHOWN'], ['CHOWN'], '1fffffffffe'],
  ])('with --cap-add %j and --cap-drop %j make the mask %s', (add, drop, expected) => {
    expect(mask(effectiveCapabilities(add, drop))).toBe(expected);
  });

  test('are 14 by default, each of them known', () => {
    expect(defaultCapabilities).toHaveLength(14);
    expect(effectiveCapabilities([], [])).toEqual(
      capabilityNames.filter((name) => defaultCapabilities.includes(name)),
    );
  });
});
