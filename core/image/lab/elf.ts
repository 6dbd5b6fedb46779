import { closeSync, openSync, readSync } from 'node:fs';

const PT_INTERP = 3;

/**
 * Whether an ELF file (elf(5)) needs a dynamic linker, and so libraries that an image would have to bring too. Undefined: it
 * is no 64-bit little-endian ELF file.
 */
export function needsInterpreter(path: string): boolean | undefined {
  const fd = openSync(path, 'r');
  try {
    const header = Buffer.alloc(64);
    if (readSync(fd, header, 0, 64, 0) < 64 || header.readUInt32BE(0) !== 0x7f454c46) return undefined;
    const [class64, littleEndian] = [header[4] === 2, header[5] === 1];
    if (!class64 || !littleEndian) return undefined;
    const [offset, size, count] = [
      Number(header.readBigUInt64LE(32)),
      header.readUInt16LE(54),
      header.readUInt16LE(56),
    ];
    const table = Buffer.alloc(size * count);
    readSync(fd, table, 0, table.length, offset);
    for (let at = 0; at + 4 <= table.length; at += size)
      if (table.readUInt32LE(at) === PT_INTERP) return true;
    return false;
  } finally {
    closeSync(fd);
  }
}
