import { describe, expect, it } from 'vitest';
import { qemuArguments } from '../../../vm/qemu.ts';
import { bootFiles, runFiles, type Shape } from '../../../vm/shape.ts';

const shape: Shape = {
  suite: 'trixie',
  systemd: false,
  cgroups: 'v2',
  cpus: 2,
  memory: 2048,
  writable: false,
};

const words = (changes: Partial<Shape> = {}, keep = false) =>
  qemuArguments(
    { ...shape, ...changes },
    { accelerator: 'tcg', keep },
    bootFiles('/image'),
    runFiles('/run/vm'),
    [
      { host: 40022, guest: 22 },
      { host: 16686, guest: 16686 },
    ],
  );

const given = (option: string, argv = words()): string => argv[argv.indexOf(option) + 1] ?? '';

describe('QEMU’s command line', () => {
  it('starts the small init with the wanted control groups, and systemd when asked', () => {
    expect(given('-append', words({ cgroups: 'v1' }))).toMatch(/ init=\S+ tsstep\.cgroups=v1$/);
    expect(given('-append', words({ systemd: true }))).not.toContain('init=');
  });

  it('writes to the disk only where it is kept', () => {
    expect(given('-drive', words({}, true))).toContain('file=/image/disk.ext4,format=raw,snapshot=off');
    expect(given('-drive')).toContain('snapshot=on');
  });

  it('opens ports on this machine’s loopback alone', () => {
    const doors = given('-netdev')
      .split(',')
      .filter((word) => word.startsWith('hostfwd'));
    expect(doors).toEqual(['hostfwd=tcp:127.0.0.1:40022-:22', 'hostfwd=tcp:127.0.0.1:16686-:16686']);
  });

  it('gives the memory that virtiofsd shares the size that the machine has', () => {
    const argv = words({ memory: 512 });
    expect(given('-m', argv)).toBe('512M');
    expect(given('-object', argv)).toContain('size=512M,share=on');
  });
});
