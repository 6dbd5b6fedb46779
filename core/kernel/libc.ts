/**
 * The C library's functions that tsstep calls, declared once. Calls are synchronous and made on the calling thread: most of
 * what they change (namespaces, credentials) belongs to that thread alone until execve(2) ends the others.
 */
import { koffi } from './koffi.ts';

const libc = koffi.load(null);

/** Numbers for syscall(2): for calls without a wrapper, and where glibc's wrapper would change every thread (setresuid). */
const common = { open_tree: 428, move_mount: 429, close_range: 436, openat2: 437, mount_setattr: 442 };
const numbers = {
  x64: {
    pivot_root: 155,
    setgroups: 116,
    setresuid: 117,
    setresgid: 119,
    capset: 126,
    keyctl: 250,
    bpf: 321,
    ...common,
  },
  arm64: {
    pivot_root: 41,
    setgroups: 159,
    setresuid: 147,
    setresgid: 149,
    capset: 91,
    keyctl: 219,
    bpf: 280,
    ...common,
  },
} as const;

export const sys = numbers[process.arch === 'arm64' ? 'arm64' : 'x64'];

const lazily = <A extends unknown[], R>(declare: () => (...args: A) => R): ((...args: A) => R) => {
  let declared: ((...args: A) => R) | undefined;
  return (...args) => {
    declared ??= declare();
    return declared(...args);
  };
};

/** Declared at its first call: a declaration costs more than a call, and a run uses only some of these. */
const fn = <A extends unknown[]>(result: string, name: string, parameters: string[]) =>
  lazily<A, number>(() => libc.func(name, result, parameters) as unknown as (...args: A) => number);

type Text = string | null;

export const mount = fn<[Text, string, Text, number, Text]>('int', 'mount', [
  'str',
  'str',
  'str',
  'ulong',
  'str',
]);
export const umount2 = fn<[string, number]>('int', 'umount2', ['str', 'int']);
export const unshare = fn<[number]>('int', 'unshare', ['int']);
export const setns = fn<[number, number]>('int', 'setns', ['int', 'int']);
export const sethostname = fn<[string, number]>('int', 'sethostname', ['str', 'size_t']);
export const mknod = fn<[string, number, number]>('int', 'mknod', ['str', 'uint', 'uint64']);
export const lsetxattr = fn<[string, string, Buffer, number, number]>('int', 'lsetxattr', [
  'str',
  'str',
  'void *',
  'size_t',
  'int',
]);
export const utimensat = fn<[number, string, Buffer, number]>('int', 'utimensat', [
  'int',
  'str',
  'void *',
  'int',
]);
export const llistxattr = fn<[string, Buffer, number]>('long', 'llistxattr', ['str', 'void *', 'size_t']);
export const lgetxattr = fn<[string, string, Buffer, number]>('long', 'lgetxattr', [
  'str',
  'str',
  'void *',
  'size_t',
]);
export const chroot = fn<[string]>('int', 'chroot', ['str']);
export const flock = fn<[number, number]>('int', 'flock', ['int', 'int']);
export const pipe2 = fn<[Int32Array, number]>('int', 'pipe2', ['void *', 'int']);
export const dup2 = fn<[number, number]>('int', 'dup2', ['int', 'int']);
export const fcntl = fn<[number, number, number]>('int', 'fcntl', ['int', 'int', 'long']);
export const ioctl = fn<[number, number, Buffer | null]>('int', 'ioctl', ['int', 'ulong', 'void *']);
export const socket = fn<[number, number, number]>('int', 'socket', ['int', 'int', 'int']);
export const bind = fn<[number, Buffer, number]>('int', 'bind', ['int', 'void *', 'uint']);
export const listen = fn<[number, number]>('int', 'listen', ['int', 'int']);
export const getsockname = fn<[number, Buffer, Int32Array]>('int', 'getsockname', [
  'int',
  'void *',
  'void *',
]);
export const setsockopt = fn<[number, number, number, Int32Array, number]>('int', 'setsockopt', [
  'int',
  'int',
  'int',
  'void *',
  'uint',
]);
export const setsid = fn<[]>('int', 'setsid', []);
export const signal = lazily<[number, null], unknown>(() => libc.func('signal', 'void *', ['int', 'void *']));
export const pthreadSigmask = fn<[number, Buffer, null]>('int', 'pthread_sigmask', [
  'int',
  'void *',
  'void *',
]);
export const prctl = fn<[number, number, number, number, number]>('int', 'prctl', [
  'int',
  'ulong',
  'ulong',
  'ulong',
  'ulong',
]);
export const prlimit = fn<[number, number, Buffer | null, Buffer | null]>('int', 'prlimit', [
  'int',
  'int',
  'void *',
  'void *',
]);
export const ptrace = fn<[number, number, number, number]>('long', 'ptrace', ['long', 'int', 'long', 'long']);
export const waitpid = fn<[number, Int32Array, number]>('int', 'waitpid', ['int', 'void *', 'int']);
export const execve = fn<[string, (string | null)[], (string | null)[]]>('int', 'execve', [
  'str',
  'const char **',
  'const char **',
]);

/** On a thread of its own: it may take seconds. The callback's thread sees its errno. */
export const syncfs = lazily<[number, (error: unknown, result: number) => void], void>(
  () => libc.func('syncfs', 'int', ['int']).async,
);

/** syscall(2) with the argument types that its users need. */
export const syscall = {
  bpf: fn<[number, number, unknown, number]>('long', 'syscall', ['long', 'int', 'void *', 'uint']),
  keyctl: fn<[number, number, Text]>('long', 'syscall', ['long', 'int', 'str']),
  texts: fn<[number, string, string]>('long', 'syscall', ['long', 'str', 'str']),
  numbers: fn<[number, number, number, number]>('long', 'syscall', ['long', 'long', 'long', 'long']),
  sized: fn<[number, number, Buffer | Uint32Array]>('long', 'syscall', ['long', 'long', 'void *']),
  buffers: fn<[number, Buffer, Buffer]>('long', 'syscall', ['long', 'void *', 'void *']),
  openTree: fn<[number, number, string, number]>('long', 'syscall', ['long', 'int', 'str', 'uint']),
  moveMount: fn<[number, number, string, number, string, number]>('long', 'syscall', [
    'long',
    'int',
    'str',
    'int',
    'str',
    'uint',
  ]),
  mountSetattr: fn<[number, number, string, number, Buffer, number]>('long', 'syscall', [
    'long',
    'int',
    'str',
    'uint',
    'void *',
    'size_t',
  ]),
  openat2: fn<[number, number, string, Buffer, number]>('long', 'syscall', [
    'long',
    'int',
    'str',
    'void *',
    'size_t',
  ]),
};
