import { describe, expect, test } from 'vitest';
import { everything } from '../../../tracer/observe.ts';
import { touches } from '../../../tracer/touches.ts';
import { example, kinds } from './operations.ts';

describe('an operation', () => {
  test.each(kinds)('%s names existing sections, each once', (kind) => {
    const names = touches(example(kind));
    expect(new Set(names).size).toBe(names.length);
    expect(everything).toEqual(expect.arrayContaining([...names]));
  });

  test('that mounts below /dev touches what is in /dev', () => {
    expect(touches(example('mount', { target: '/dev/pts' }))).toContain('container.dev');
    expect(touches(example('mount', { target: '/devices' }))).not.toContain('container.dev');
  });

  test('that runs a tool touches what the tool is for', () => {
    expect(touches(example('command', { argv: ['/usr/sbin/nft', '-f', '-'] }))).toEqual(['host.nft']);
    expect(
      touches(example('command', { argv: ['nsenter', '--net=/proc/4/ns/net', 'ip', '-batch', '-'] })),
    ).toContain('container.links');
  });

  test('that mounts the overlay on the host touches the host’s mounts', () => {
    const names = touches(
      example('mount', { where: 'host', fstype: 'overlay', target: '/var/lib/tsstep/containers/x/merged' }),
    );
    expect(names).toEqual(expect.arrayContaining(['host.mounts', 'host.overlay']));
  });

  test('that switches forwarding on touches the settings', () => {
    expect(touches(example('share'))).toEqual(['host.files', 'host.sysctl']);
  });
});
