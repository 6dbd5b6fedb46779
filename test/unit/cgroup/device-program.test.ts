import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deviceProgram } from '../../../core/cgroup/device-program.ts';
import { allowed } from '../../../core/cgroup/devices.ts';
import type { DeviceRule } from '../../../core/operation.ts';

interface Request {
  type: 'b' | 'c';
  major: number;
  minor: number;
  /** Of r, w and m. */
  access: string;
}

/** uapi linux/bpf.h: struct bpf_cgroup_dev_ctx. */
function contextOf({ type, major, minor, access }: Request): Buffer {
  const bits = [...access].reduce((sum, letter) => sum | { m: 1, r: 2, w: 4 }[letter as 'm'], 0);
  const context = Buffer.alloc(12);
  context.writeUInt32LE(((bits << 16) | { b: 1, c: 2 }[type]) >>> 0, 0);
  context.writeUInt32LE(major, 4);
  context.writeUInt32LE(minor, 8);
  return context;
}

/** What the kernel's interpreter does, for the few instructions that are used; registers that were never set are undefined. */
function run(program: Buffer, context: Buffer): number {
  const registers: (number | undefined)[] = [];
  const value = (register: number): number => {
    const it = registers[register];
    if (it === undefined) throw new Error(`r${register} was never set`);
    return it;
  };
  for (let at = 0; at < program.length; ) {
    const opcode = program.readUInt8(at);
    const dst = program.readUInt8(at + 1) & 0xf;
    const src = program.readUInt8(at + 1) >> 4;
    const offset = program.readInt16LE(at + 2);
    const imm = program.readInt32LE(at + 4);
    at += 8;
    if (opcode === 0x61 && src === 1) registers[dst] = context.readUInt32LE(offset);
    else if (opcode === 0xb7) registers[dst] = imm;
    else if (opcode === 0xbf) registers[dst] = value(src);
    else if (opcode === 0x57) registers[dst] = value(dst) & imm;
    else if (opcode === 0x77) registers[dst] = value(dst) >>> imm;
    else if (opcode === 0x45) at += value(dst) & imm ? 8 * offset : 0;
    else if (opcode === 0x55) at += value(dst) !== imm ? 8 * offset : 0;
    else if (opcode === 0x95) return value(0);
    else throw new Error(`opcode 0x${opcode.toString(16)}`);
  }
  throw new Error('ran off the end');
}

const asks = (rules: readonly DeviceRule[], request: Request) =>
  run(deviceProgram(rules), contextOf(request));

/** The list in its own words (cgroup-v1/devices.rst): one rule has to give all that is asked for. */
const allows = (rules: readonly DeviceRule[], { type, major, minor, access }: Request): boolean =>
  rules.some(
    (rule) =>
      rule.type === type &&
      (rule.major === '*' || rule.major === major) &&
      (rule.minor === '*' || rule.minor === minor) &&
      [...access].every((letter) => rule.access.includes(letter)),
  );

describe('docker’s default list as a program', () => {
  it.each<[string, string, 0 | 1]>([
    ['/dev/null for writing', 'c 1:3 w', 1],
    ['/dev/urandom for reading', 'c 1:9 r', 1],
    ['/dev/zero for both', 'c 1:5 rw', 1],
    ['/dev/tty', 'c 5:0 rw', 1],
    ['/dev/ptmx', 'c 5:2 rw', 1],
    ['any terminal of a devpts', 'c 136:17 rw', 1],
    ['to make a node for a disk', 'b 8:0 m', 1],
    ['to make a node for anything', 'c 10:229 m', 1],
    ['to make a node of the highest numbers', `c ${0xfff}:${0xfffff} m`, 1],
    ['to read a disk', 'b 8:0 r', 0],
    ['to write a disk', 'b 254:0 w', 0],
    ['to make and read a disk at once', 'b 8:0 rm', 0],
    ['the block device with the numbers of /dev/null', 'b 1:3 r', 0],
    ['/dev/mem', 'c 1:1 r', 0],
    ['/dev/kmsg', 'c 1:11 r', 0],
    ['/dev/fuse', 'c 10:229 rw', 0],
    ['a first virtual console', 'c 4:1 r', 0],
    ['a device whose minor is that of /dev/null', 'c 2:3 r', 0],
  ])('%s (%s): %i', (_, text, verdict) => {
    const [type, numbers = '', access = ''] = text.split(' ');
    const [major = 0, minor = 0] = numbers.split(':').map(Number);
    expect(asks(Object.values(allowed), { type: type as 'b' | 'c', major, minor, access })).toBe(verdict);
  });
});

it('an empty list denies everything', () => {
  expect(deviceProgram([]).subarray(-16).toString('hex')).toBe('b7000000000000009500000000000000');
  expect(asks([], { type: 'c', major: 1, minor: 3, access: 'r' })).toBe(0);
});

it('a kind of access that Linux may get one day is given by no rule', () => {
  const context = contextOf({ type: 'c', major: 1, minor: 3, access: 'r' });
  context.writeUInt32LE((8 << 16) | 2, 0);
  expect(run(deviceProgram(Object.values(allowed)), context)).toBe(0);
});

const type = fc.constantFrom('b' as const, 'c' as const);
const access = fc.constantFrom(
  'r' as const,
  'w' as const,
  'm' as const,
  'rw' as const,
  'rm' as const,
  'wm' as const,
  'rwm' as const,
);
/** Few numbers, so that rules and requests meet; and any that a dev_t can hold. */
const number = (bits: number) =>
  fc.oneof(fc.constantFrom(0, 1, 5, 136), fc.integer({ min: 0, max: 2 ** bits - 1 }));
const wild = (bits: number) => fc.oneof(fc.constant('*' as const), number(bits));
const rules = fc.array(fc.record({ type, major: wild(12), minor: wild(20), access }), { maxLength: 12 });
const request = fc.record({ type, major: number(12), minor: number(20), access });

it('a program allows what its list allows, and nothing else', () => {
  fc.assert(
    fc.property(rules, request, (list, asked) => asks(list, asked) === Number(allows(list, asked))),
    { numRuns: 2000 },
  );
});

it('every instruction of a program can be reached: the verifier refuses dead code', () => {
  fc.assert(
    fc.property(rules, (list) => {
      const program = deviceProgram(list);
      const reached = new Set<number>();
      const todo = [0];
      for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
        if (reached.has(at)) continue;
        reached.add(at);
        const opcode = program.readUInt8(8 * at);
        if (opcode !== 0x95) todo.push(at + 1);
        if ((opcode & 7) === 5 && opcode !== 0x95) todo.push(at + 1 + program.readInt16LE(8 * at + 2));
      }
      expect(reached.size).toBe(program.length / 8);
    }),
  );
});
