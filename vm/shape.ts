/** What kind of machine is asked for, and where its parts are kept. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Debian releases: kernel 6.12 with systemd 257, and 6.1 with 252. */
export const suites = ['trixie', 'bookworm'] as const;
/** How the tiny init mounts control groups. v1 is only in bookworm's kernel. */
export const cgroupLayouts = ['v2', 'hybrid', 'v1'] as const;

export interface Shape {
  suite: (typeof suites)[number];
  /** systemd as PID 1 instead of vm/guest/init, which is ready in a third of the time. */
  systemd: boolean;
  cgroups: (typeof cgroupLayouts)[number];
  cpus: number;
  /** MiB. */
  memory: number;
  /** The checkout may be written to from inside. */
  writable: boolean;
}

/** The folder that is /tsstep inside: the one that this program is in. */
export const checkout = join(import.meta.dirname, '..');

/** XDG Base Directory Specification: what can be made again. */
const cache = (): string => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tsstep/vm');

/** Debian's name of the processor: a VM is of the host's kind, or KVM could never be used. */
export const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';

/** Keys to log in with, and to know the machine by: made once, so that a rebuilt image is still the same machine to ssh. */
export const keyFiles = () => ({
  identity: join(cache(), 'keys/id_ed25519'),
  knownHosts: join(cache(), 'keys/known_hosts'),
});

/** What a machine boots from. The kernel belongs to the modules that are on the disk, so they are kept together. */
export function bootFiles(directory: string) {
  return {
    disk: join(directory, 'disk.ext4'),
    kernel: join(directory, 'vmlinuz'),
    initrd: join(directory, 'initrd'),
    /** Of what the image was built. */
    digest: join(directory, 'digest'),
  };
}

export type BootFiles = ReturnType<typeof bootFiles>;

export const imageDirectory = (suite: Shape['suite']): string => join(cache(), `${suite}-${architecture}`);

/** The machine that `up` starts, one for each release. */
export const machineDirectory = (suite: Shape['suite']): string => join(cache(), 'machines', suite);

/** What the trial of KVM came to. */
export const trialFile = (): string => join(cache(), 'accelerator');

/** A running machine's own files. */
export function runFiles(directory: string) {
  return {
    directory,
    console: join(directory, 'console.log'),
    /** QEMU Machine Protocol. */
    qmp: join(directory, 'qmp.sock'),
    share: join(directory, 'share.sock'),
    shareLog: join(directory, 'share.log'),
    sshPort: join(directory, 'ssh-port'),
  };
}

export type RunFiles = ReturnType<typeof runFiles>;
