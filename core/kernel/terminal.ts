import { closeSync, constants, openSync } from 'node:fs';
import { checked } from './errno.ts';
import * as libc from './libc.ts';

/** ioctl_tty(2); asm-generic/ioctls.h, the same on x86-64 and arm64. */
const TIOCSCTTY = 0x540e;
const TIOCSWINSZ = 0x5414;
const TIOCGPTN = 0x8004_5430;
const TIOCSPTLCK = 0x4004_5431;

export interface PseudoTerminal {
  /** The master's descriptor, close-on-exec. */
  master: number;
  /** N of /dev/pts/N in the devpts instance that `ptmx` belongs to. */
  number: number;
}

/** Opens a new pseudo-terminal of the devpts instance behind `ptmx` and unlocks its slave; pts(4). */
export function openpt(ptmx: string): PseudoTerminal {
  const master = openSync(ptmx, constants.O_RDWR | constants.O_NOCTTY);
  try {
    const number = Buffer.alloc(4);
    checked('ioctl(TIOCGPTN)', libc.ioctl(master, TIOCGPTN, number));
    checked('ioctl(TIOCSPTLCK)', libc.ioctl(master, TIOCSPTLCK, Buffer.alloc(4)));
    return { master, number: number.readUInt32LE(0) };
  } catch (error) {
    closeSync(master);
    throw error;
  }
}

export function setWindowSize(fd: number, rows: number, columns: number): void {
  const size = Buffer.alloc(8);
  size.writeUInt16LE(rows, 0);
  size.writeUInt16LE(columns, 2);
  checked('ioctl(TIOCSWINSZ)', libc.ioctl(fd, TIOCSWINSZ, size));
}

/** Makes `fd` the controlling terminal of the calling session leader. */
export function setControllingTerminal(fd: number): void {
  checked('ioctl(TIOCSCTTY)', libc.ioctl(fd, TIOCSCTTY, null));
}
