/** bpf(2), as far as a program on a control group needs it. Numbers and layouts: include/uapi/linux/bpf.h. */
import { closeSync, constants, openSync } from 'node:fs';
import { checked, errnoOf } from './errno.ts';
import { koffi } from './koffi.ts';
import * as libc from './libc.ts';

const commands = { BPF_PROG_LOAD: 5, BPF_PROG_ATTACH: 8, BPF_OBJ_GET_INFO_BY_FD: 15 };
const BPF_PROG_TYPE_CGROUP_DEVICE = 15;
const BPF_CGROUP_DEVICE = 6;
/** Programs of groups above run as well, and all have to agree. */
const BPF_F_ALLOW_MULTI = 2;

/** The verifier gives up with EAGAIN when a signal is pending; libbpf tries as often. */
const LOAD_ATTEMPTS = 5;

type Fields = Readonly<Record<string, readonly [type: string, value: unknown]>>;

/** `fields` are those of the command's part of union bpf_attr; what is left out behind them is 0 to the kernel. */
function bpf(command: keyof typeof commands, fields: Fields): number {
  const pick = (index: 0 | 1) =>
    Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field[index]]));
  const type = koffi.struct(pick(0) as Record<string, string>);
  const attr = koffi.as(pick(1), koffi.pointer(type));
  return checked(
    `bpf(${command})`,
    libc.syscall.bpf(libc.sys.bpf, commands[command], attr, koffi.sizeof(type)),
  );
}

function load(instructions: Buffer, attempts = LOAD_ATTEMPTS): number {
  try {
    return bpf('BPF_PROG_LOAD', {
      prog_type: ['uint32', BPF_PROG_TYPE_CGROUP_DEVICE],
      insn_cnt: ['uint32', instructions.length / 8],
      insns: ['void *', instructions],
      // It calls no helper, so it may have any license; NULL is EFAULT.
      license: ['str', 'Apache-2.0'],
    });
  } catch (error) {
    if (errnoOf(error) !== 'EAGAIN' || attempts <= 1) throw error;
    return load(instructions, attempts - 1);
  }
}

/** The number by which `bpftool prog show` lists it. */
function idOf(program: number): number {
  // struct bpf_prog_info begins with type and id; the kernel fills as much as there is room for.
  const info = Buffer.alloc(8);
  bpf('BPF_OBJ_GET_INFO_BY_FD', {
    bpf_fd: ['uint32', program],
    info_len: ['uint32', info.length],
    info: ['void *', info],
  });
  return info.readUInt32LE(4);
}

/**
 * Has `program` asked about every device that a process of `cgroup` makes or opens. The cgroup keeps the program, and it goes
 * with the directory. @returns the program's id @throws SyscallError
 */
export function attachDeviceProgram(cgroup: string, program: Buffer): number {
  const directory = openSync(cgroup, constants.O_RDONLY | constants.O_DIRECTORY);
  let loaded = -1;
  try {
    loaded = load(program);
    const id = idOf(loaded);
    bpf('BPF_PROG_ATTACH', {
      target_fd: ['uint32', directory],
      attach_bpf_fd: ['uint32', loaded],
      attach_type: ['uint32', BPF_CGROUP_DEVICE],
      attach_flags: ['uint32', BPF_F_ALLOW_MULTI],
    });
    return id;
  } finally {
    for (const fd of [loaded, directory]) if (fd >= 0) closeSync(fd);
  }
}
