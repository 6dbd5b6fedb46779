/** What a shell needs besides programs: accounts, mount points, terminals, a prompt. */
import { join } from 'node:path';
import { defaultPath } from '../../spec/merge.ts';
import { directory, type NewFile, symlink, text } from '../lab/new-file.ts';
import type { ImageConfig } from '../types.ts';

/** Of this machine, where it has them. */
export const machineFiles: readonly string[] = [
  '/etc/os-release',
  // glibc's only locale with UTF-8 that is always there; Debian and Fedora keep it in a directory.
  '/usr/lib/locale/C.utf8',
  ...terminals(),
];

/** On a merged /usr these are symlinks, and absolute names like /bin/sh depend on them. */
export const topFolders: readonly string[] = [
  '/bin',
  '/sbin',
  '/lib',
  '/lib64',
  '/usr/bin',
  '/usr/sbin',
  '/usr/local/bin',
];

function terminals(): string[] {
  const names = [
    'ansi',
    'dumb',
    'linux',
    'screen',
    'screen-256color',
    'tmux',
    'tmux-256color',
    'vt100',
    'vt220',
    'xterm',
    'xterm-256color',
  ];
  return ['/lib/terminfo', '/usr/lib/terminfo', '/usr/share/terminfo', '/etc/terminfo'].flatMap((folder) =>
    names.map((name) => join(folder, name.charAt(0), name)),
  );
}

/** Everything that is not taken from the machine. */
export const newFiles: readonly NewFile[] = [
  ...[
    'dev',
    'etc',
    'home',
    'mnt',
    'opt',
    'proc',
    'run',
    'srv',
    'sys',
    'usr',
    'usr/local',
    'var',
    'var/log',
  ].map((path) => directory(path)),
  directory('root', { mode: 0o700 }),
  directory('tmp', { mode: 0o1777 }),
  directory('var/tmp', { mode: 0o1777 }),
  symlink('etc/mtab', '/proc/mounts'),
  symlink('var/run', '/run'),
  text('etc/passwd', [
    'root:x:0:0:root:/root:/bin/bash',
    'nobody:x:65534:65534:nobody:/nonexistent:/bin/false',
  ]),
  text('etc/group', ['root:x:0:', 'tty:x:5:', 'nogroup:x:65534:']),
  text('etc/nsswitch.conf', ['passwd: files', 'group: files', 'hosts: files dns']),
  text('root/.bashrc', [
    "PS1='\\[\\e[1;32m\\]\\u@\\h\\[\\e[0m\\]:\\[\\e[1;34m\\]\\w\\[\\e[0m\\]\\$ '",
    "alias ls='ls --color=auto' ll='ls -l' grep='grep --color=auto'",
  ]),
];

export const hostConfig: ImageConfig = {
  Env: [`PATH=${defaultPath}`, 'LANG=C.UTF-8'],
  Cmd: ['bash'],
  WorkingDir: '/root',
  Labels: {
    'org.opencontainers.image.title': 'host',
    'org.opencontainers.image.description': 'Programs of the machine that it was made on',
  },
};
