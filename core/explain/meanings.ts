import type { Operation } from '../operation.ts';
import { capabilitiesWeLack } from './capabilities-we-lack.ts';
import type { Meaning, Meanings } from './explain.ts';

const isBind = (operation: Operation): boolean =>
  operation.kind === 'mount' && operation.flags.includes('MS_BIND');

function missingMountPart(operation: Operation): Meaning {
  if (operation.kind !== 'mount') return { why: 'a path is missing', remedy: 'look at the path above' };
  if (tooManyLayers(operation)) return optionsTooLong;
  if (isBind(operation)) {
    return {
      code: 'bad-mount',
      why: `either ${operation.source} does not exist on the host, or ${operation.target} could not be made in the image`,
      remedy: `mkdir -p ${operation.source}, or use -v, which makes it`,
    };
  }
  return {
    why: `${operation.target} or a directory that the options name does not exist`,
    remedy: 'tsstep clean, then try again: something was removed meanwhile',
  };
}

/** mount(2) copies one page, and the string needs a NUL at its end. */
const OPTIONS_MAX = 4095;

const tooManyLayers = (operation: Operation): boolean =>
  operation.kind === 'mount' && operation.fstype === 'overlay' && (operation.data?.length ?? 0) > OPTIONS_MAX;

const optionsTooLong: Meaning = {
  code: 'bad-image',
  why: `mount(2) takes ${OPTIONS_MAX} bytes of options, and the names of this image’s layers are longer together`,
  remedy: 'make one layer of it: docker export CONTAINER | tsstep import - NAME',
};

function invalidMount(operation: Operation): Meaning {
  if (tooManyLayers(operation)) return optionsTooLong;
  if (operation.kind === 'mount' && operation.fstype === 'overlay') {
    return {
      code: 'missing-kernel-feature',
      why: 'overlayfs refuses these directories: its upperdir may not be on another overlay, on NFS or on vfat; `dmesg | tail` says which',
      remedy: 'keep the state on a real disk or a tmpfs: TSSTEP_ROOT=/some/where',
    };
  }
  return {
    code: 'bad-mount',
    why: 'the options do not fit this filesystem',
    remedy: 'check the mount options that you gave',
  };
}

const isSetting = (operation: Operation): boolean =>
  operation.kind === 'write-attribute' && operation.path.startsWith('/proc/sys/');

/** EINVAL: BPF_PROG_TYPE_CGROUP_DEVICE is not known without CONFIG_CGROUP_BPF. ENOSYS: not even bpf(2) is, without CONFIG_BPF_SYSCALL. */
const withoutPrograms: Meaning = {
  code: 'missing-kernel-feature',
  why: 'with cgroup v2 only an eBPF program can keep a container from the host’s disks, and this kernel takes none on a cgroup',
  remedy:
    'use a kernel with CONFIG_BPF_SYSCALL=y and CONFIG_CGROUP_BPF=y; grep BPF /boot/config-$(uname -r) shows what this one has',
};

/** By operation kind and errno; `explain` has what holds for every call. */
export const meanings: Meanings = {
  mount: {
    ENOENT: missingMountPart,
    EINVAL: invalidMount,
    ENODEV: {
      code: 'missing-kernel-feature',
      why: 'the kernel does not know this filesystem',
      remedy: 'modprobe overlay; if that fails, the kernel was built without it',
    },
    ENOTDIR: (operation) => ({
      code: 'bad-mount',
      why: `${operation.kind === 'mount' ? `${operation.source} and ${operation.target}` : 'source and target'} are not both directories or both files: a file cannot be mounted on a directory`,
      remedy: 'give a directory for a directory, a file for a file',
    }),
    ELOOP: {
      code: 'bad-mount',
      why: 'the target goes through too many symlinks',
      remedy: 'choose a target that is not a symlink to itself',
    },
    EBUSY: {
      code: 'bad-mount',
      why: 'upperdir or workdir is in use by another overlay',
      remedy: 'tsstep clean',
    },
  },
  mkdir: {
    ENOENT: { code: 'bad-mount', why: 'the directory above it does not exist', remedy: 'make it first' },
    ENOTDIR: { code: 'bad-mount', why: 'a part of the path is a file', remedy: 'choose another path' },
    EEXIST: { code: 'bad-mount', why: 'something else is there already', remedy: 'tsstep doctor --leaks' },
  },
  symlink: {
    EEXIST: ({ where }) =>
      where === 'host'
        ? {
            code: 'name-in-use',
            why: 'another container got the name a moment ago, and a name stands for one container',
            remedy: 'choose another --name, or tsstep rm the other container',
          }
        : {
            code: 'bad-mount',
            why: 'something is there already, through a mount that you asked for',
            remedy: 'mount it elsewhere: /dev and /sys/fs/cgroup are filled by tsstep',
          },
  },
  unshare: {
    EINVAL: {
      code: 'missing-kernel-feature',
      why: 'the kernel was built without this namespace',
      remedy: 'tsstep doctor names what is missing',
    },
    ENOSPC: {
      why: 'the limit of namespaces is reached',
      remedy: 'cat /proc/sys/user/max_*_namespaces, and raise the one that is full',
    },
  },
  setns: {
    ENOENT: {
      code: 'container-state',
      why: 'the process that held the namespace is gone',
      remedy: 'start the other container again',
    },
  },
  setrlimit: {
    EPERM: {
      why: 'raising a hard limit needs CAP_SYS_RESOURCE, which tsstep does not have here',
      remedy: 'ask for a hard limit that is not above `ulimit -H` of this shell',
    },
    EINVAL: {
      code: 'usage',
      why: 'the soft limit is above the hard one',
      remedy: 'soft:hard, with soft not above hard',
    },
  },
  capset: {
    EPERM: capabilitiesWeLack,
  },
  chdir: {
    ENOENT: {
      code: 'bad-mount',
      why: 'the working directory does not exist and could not be made',
      remedy: 'choose another -w',
    },
    ENOTDIR: {
      code: 'bad-mount',
      why: 'the working directory is a file in this image',
      remedy: 'choose another -w',
    },
    EEXIST: {
      code: 'bad-mount',
      why: 'the working directory is a file in this image',
      remedy: 'choose another -w',
    },
    ELOOP: {
      code: 'bad-mount',
      why: 'the working directory goes through a symlink to itself, or through a descriptor in /proc',
      remedy: 'choose another -w',
    },
  },
  sethostname: {
    EINVAL: { code: 'usage', why: 'a hostname has at most 64 bytes', remedy: 'choose a shorter --hostname' },
  },
  execve: {
    ENOENT: {
      code: 'command-not-found',
      why: 'the file is there, but the interpreter it names (#! line or ELF loader) is not in the image',
      remedy: 'a script may have Windows line ends; a program may be built for another C library',
      exit: 127,
    },
    EACCES: {
      code: 'command-not-executable',
      why: 'this user may not execute it, or it is on a noexec mount',
      remedy: 'chmod +x, or -u root',
      exit: 126,
    },
    ENOEXEC: {
      code: 'command-not-executable',
      why: 'it is neither a program for this processor nor a script with a #! line',
      remedy: 'check the image’s architecture, or run it with its interpreter: sh FILE',
      exit: 126,
    },
    E2BIG: {
      code: 'usage',
      why: 'arguments and environment together are too long',
      remedy: 'pass fewer or shorter ones',
      exit: 126,
    },
  },
  'write-attribute': {
    EINVAL: {
      code: 'cgroup',
      why: 'the kernel does not take this value',
      remedy: 'check the limit that you gave against what this machine has',
    },
    ERANGE: (operation) => ({
      code: 'cgroup',
      why: `${operation.kind === 'write-attribute' ? JSON.stringify(operation.data) : 'the value'} is out of the range that this machine has`,
      remedy: 'nproc, and lscpu, show the CPUs and NUMA nodes there are',
    }),
    EBUSY: {
      code: 'cgroup',
      why: 'a group that has processes of its own cannot pass controllers on: tsstep runs in a container or a session group itself',
      remedy: 'run tsstep on the machine itself, where /sys/fs/cgroup is the real root',
    },
    EACCES: {
      code: 'cgroup',
      why: 'the kernel does not let this attribute be changed here',
      remedy: 'a parent group may have the limit already',
    },
    ENOENT: (operation) =>
      isSetting(operation)
        ? {
            code: 'missing-kernel-feature',
            why: 'this kernel does not have the setting',
            remedy: 'use a kernel of a distribution; tsstep doctor names what else is missing',
          }
        : {
            code: 'cgroup',
            why: 'the controller is not enabled for this group',
            remedy: 'tsstep doctor lists the controllers',
          },
    EROFS: {
      code: 'missing-kernel-feature',
      why: 'it is mounted read-only here, as in a container',
      remedy: 'run on the machine itself; in a container, start that with --privileged',
    },
  },
  'device-filter': {
    EPERM: {
      code: 'cgroup',
      why: 'a program on a cgroup needs CAP_BPF and CAP_NET_ADMIN (or CAP_SYS_ADMIN) on the host, and tsstep does not have them here; or a group above has a program that admits no other',
      remedy:
        'run as root on the machine itself, not in another container; `bpftool cgroup tree` shows programs on groups above',
    },
    EACCES: {
      code: 'cgroup',
      why: 'a security module (AppArmor, SELinux) does not let tsstep load programs into the kernel',
      remedy: '`dmesg | tail` names the module that refused',
    },
    EINVAL: withoutPrograms,
    ENOSYS: withoutPrograms,
  },
  openpt: {
    ENOSPC: { why: 'the limit of pseudo-terminals is reached', remedy: 'cat /proc/sys/kernel/pty/max' },
  },
};
