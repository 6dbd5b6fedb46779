/** Docker's default list of devices, for both versions: a device node alone opens nothing. */
import { join } from 'node:path';
import type { DeviceRule, Operation } from '../operation.ts';
import { attribute } from './group.ts';

const character = (major: number, minor: number | '*'): DeviceRule => ({
  type: 'c',
  major,
  minor,
  access: 'rwm',
});

/** linux/Documentation/admin-guide/devices.txt has the numbers. */
export const allowed: Readonly<Record<string, DeviceRule>> = {
  'mknod-character': { type: 'c', major: '*', minor: '*', access: 'm' },
  'mknod-block': { type: 'b', major: '*', minor: '*', access: 'm' },
  null: character(1, 3),
  zero: character(1, 5),
  full: character(1, 7),
  random: character(1, 8),
  urandom: character(1, 9),
  tty: character(5, 0),
  console: character(5, 1),
  ptmx: character(5, 2),
  pts: character(136, '*'),
};

const line = ({ type, major, minor, access }: DeviceRule): string => `${type} ${major}:${minor} ${access}`;

/** v1 has files for it, and one write(2) takes one rule. @param group the container's directory in the devices hierarchy */
export function deviceRules(group: string): Operation[] {
  const why = (name: string) =>
    name.startsWith('mknod')
      ? 'Making a device node is harmless while it cannot be opened: image builds and package managers do it.'
      : `Every program may expect ${name}, and it gives nothing away.`;
  return [
    attribute(
      'devices.deny',
      join(group, 'devices.deny'),
      'a',
      'Deny all devices first: root in the container could otherwise make a node for the host’s disk and read it.',
    ),
    ...Object.entries(allowed).map(([name, rule]) =>
      attribute(`devices.allow-${name}`, join(group, 'devices.allow'), line(rule), why(name)),
    ),
  ];
}

/** v2 has no file for it: the kernel asks a program instead. */
export function deviceFilter(group: string): Operation {
  return {
    kind: 'device-filter',
    where: 'host',
    name: 'device-filter',
    path: group,
    rules: Object.values(allowed),
    why: 'Allow the devices that every program expects and deny all others: root in the container could otherwise make a node for the host’s disk and read it.',
    saves: 'deviceFilter',
    undo: 'nothing',
  };
}
