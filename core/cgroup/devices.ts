/** v1's list of allowed devices (kernel: cgroup-v1/devices.rst), docker's default: a device node alone opens nothing. */
import { join } from 'node:path';
import type { Operation } from '../operation.ts';
import { attribute } from './group.ts';

/** Type, major:minor, and r(ead), w(rite), m(knod); linux/Documentation/admin-guide/devices.txt has the numbers. */
const allowed: readonly (readonly [name: string, rule: string])[] = [
  ['mknod-character', 'c *:* m'],
  ['mknod-block', 'b *:* m'],
  ['null', 'c 1:3 rwm'],
  ['zero', 'c 1:5 rwm'],
  ['full', 'c 1:7 rwm'],
  ['random', 'c 1:8 rwm'],
  ['urandom', 'c 1:9 rwm'],
  ['tty', 'c 5:0 rwm'],
  ['console', 'c 5:1 rwm'],
  ['ptmx', 'c 5:2 rwm'],
  ['pts', 'c 136:* rwm'],
];

/** One write(2) takes one rule. @param group the container's directory in the devices hierarchy */
export function deviceRules(group: string): Operation[] {
  const why = (name: string) =>
    name.startsWith('mknod') ? 'Making a device node is harmless while it cannot be opened: image builds and package managers do it.' : `Every program may expect ${name}, and it gives nothing away.`;
  return [
    attribute('devices.deny', join(group, 'devices.deny'), 'a', 'Deny all devices first: root in the container could otherwise make a node for the host’s disk and read it.'),
    ...allowed.map(([name, rule]) => attribute(`devices.allow-${name}`, join(group, 'devices.allow'), rule, why(name))),
  ];
}
