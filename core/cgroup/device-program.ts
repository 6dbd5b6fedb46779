/**
 * The list of allowed devices as an eBPF program: v2 has no file for it. The kernel runs the program at each mknod(2) and
 * open(2) of a device node by a process of the cgroup, and 0 means EPERM (BPF_PROG_TYPE_CGROUP_DEVICE, Linux 4.15).
 * How an instruction is encoded: kernel, Documentation/bpf/standardization/instruction-set.rst. What the program is told:
 * include/uapi/linux/bpf.h, struct bpf_cgroup_dev_ctx.
 */
import type { DeviceRule } from '../operation.ts';

interface Instruction {
  opcode: number;
  /** Register that is written, or compared. */
  dst: number;
  src: number;
  /** Of a load: bytes from `src`. Of a jump: instructions to skip. */
  offset: number;
  imm: number;
}

/** The three low bits are the class: LDX 1, JMP 5, ALU64 7. Operands are dst and imm, unless said otherwise. */
const opcodes = {
  /** dst = *(u32 *)(src + offset): LDX | MEM 0x60 | W 0 */
  load: 0x61,
  /** dst = imm: ALU64 | MOV 0xb0 */
  set: 0xb7,
  /** dst = src: ALU64 | MOV 0xb0 | X 8 */
  copy: 0xbf,
  /** ALU64 | AND 0x50 */
  and: 0x57,
  /** ALU64 | RSH 0x70 */
  shiftRight: 0x77,
  /** Skip if dst & imm: JMP | JSET 0x40 */
  skipIfAnyBit: 0x45,
  /** Skip if dst != imm: JMP | JNE 0x50 */
  skipUnlessEqual: 0x55,
  /** Return r0: JMP | EXIT 0x90 */
  exit: 0x95,
};

/** Registers: r0 is the answer, r1 holds the context's address at the start. */
const r = { answer: 0, context: 1, type: 2, access: 3, major: 4, minor: 5 };

/** Offsets in struct bpf_cgroup_dev_ctx. */
const context = { accessType: 0, major: 4, minor: 8 };

/** BPF_DEVCG_DEV_BLOCK, BPF_DEVCG_DEV_CHAR. */
const types = { b: 1, c: 2 };
/** BPF_DEVCG_ACC_MKNOD, _READ, _WRITE; access_type is (access << 16) | type. */
const accesses: Readonly<Record<string, number>> = { m: 1, r: 2, w: 4 };

function instruction(
  opcode: keyof typeof opcodes,
  fields: Partial<Omit<Instruction, 'opcode'>> = {},
): Instruction {
  return { dst: 0, src: 0, offset: 0, imm: 0, ...fields, opcode: opcodes[opcode] };
}

const answer = (imm: 0 | 1) => [instruction('set', { dst: r.answer, imm }), instruction('exit')];

const load = (dst: number, offset: number) => instruction('load', { dst, src: r.context, offset });

const prologue: readonly Instruction[] = [
  load(r.type, context.accessType),
  instruction('copy', { dst: r.access, src: r.type }),
  instruction('and', { dst: r.type, imm: 0xffff }),
  instruction('shiftRight', { dst: r.access, imm: 16 }),
  load(r.major, context.major),
  load(r.minor, context.minor),
];

/** Allow, or go on behind this block: each check skips what is left of it. The verifier refuses code that is never reached. */
function block({ type, major, minor, access }: DeviceRule): Instruction[] {
  const given = [...access].reduce((bits, letter) => bits | (accesses[letter] ?? 0), 0);
  const checks = [
    instruction('skipUnlessEqual', { dst: r.type, imm: types[type] }),
    // All that is asked for has to be in this one rule, as in v1: reading by one and writing by another is not both.
    instruction('skipIfAnyBit', { dst: r.access, imm: 0xffff & ~given }),
    ...(major === '*' ? [] : [instruction('skipUnlessEqual', { dst: r.major, imm: major })]),
    ...(minor === '*' ? [] : [instruction('skipUnlessEqual', { dst: r.minor, imm: minor })]),
  ];
  const allow = answer(1);
  const left = (index: number) => checks.length - index - 1 + allow.length;
  return [...checks.map((check, index) => ({ ...check, offset: left(index) })), ...allow];
}

/** Eight bytes each: opcode, registers, 16 bits of offset, 32 of imm; little-endian, as every machine that tsstep runs on. */
function encode(instructions: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(8 * instructions.length);
  for (const [index, { opcode, dst, src, offset, imm }] of instructions.entries()) {
    const at = 8 * index;
    bytes.writeUInt8(opcode, at);
    bytes.writeUInt8((src << 4) | dst, at + 1);
    bytes.writeInt16LE(offset, at + 2);
    bytes.writeInt32LE(imm, at + 4);
  }
  return bytes;
}

/** Allows what a rule allows and denies the rest. */
export function deviceProgram(rules: readonly DeviceRule[]): Buffer {
  return encode([...prologue, ...rules.flatMap(block), ...answer(0)]);
}
