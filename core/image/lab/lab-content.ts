/**
 * What the built-in image `lab` holds. Each layer shows one thing that an image's layers do: bring files, add to what is
 * there, hide a file, hide a directory's old content, replace a file.
 */

import type { ImageConfig } from '../types.ts';
import { labScripts } from './lab-scripts.ts';
import { binary, directory, type NewFile, opaque, symlink, text, whiteout } from './new-file.ts';

/** An image step as `docker history` shows it, and the files that it changes. */
export interface LabStep {
  created_by: string;
  files: readonly NewFile[];
}

const student = { uid: 1000, gid: 1000 };
const www = { uid: 33, gid: 33 };

/** @param applets paths of busybox's commands without leading slash: `usr/bin/awk` */
export function labSteps(busybox: Uint8Array, applets: readonly string[]): readonly LabStep[] {
  return [
    {
      created_by: 'ADD busybox.tar /  # one program with many names, users, and mount points',
      files: base(busybox, applets),
    },
    {
      created_by: 'COPY lab/ /  # texts, a small web site, and programs to experiment with',
      files: material(),
    },
    {
      created_by: 'RUN rm /lab/secret.txt  # hides the file, but the layer below still has it',
      files: [directory('lab'), whiteout('lab', 'secret.txt')],
    },
    {
      created_by:
        'RUN rm -rf /lab/notes && mkdir /lab/notes && echo … > /lab/notes/new.txt  # an opaque directory',
      files: [
        directory('lab'),
        directory('lab/notes'),
        opaque('lab/notes'),
        text('lab/notes/new.txt', [
          'This directory is opaque: old.txt and older.txt are in a lower layer, and hidden.',
        ]),
      ],
    },
    {
      created_by: 'RUN echo … > /etc/motd  # the upper copy of a file wins',
      files: [
        directory('etc'),
        text('etc/motd', ['Welcome to the lab. `cat /lab/README` says what is here.']),
      ],
    },
  ];
}

function base(busybox: Uint8Array, applets: readonly string[]): NewFile[] {
  const plain = [
    'bin',
    'sbin',
    'usr',
    'usr/bin',
    'usr/sbin',
    'usr/share',
    'usr/local',
    'usr/local/bin',
    'etc',
    'home',
    'var',
    'var/log',
    'run',
    'mnt',
    'opt',
    'srv',
  ];
  const known = new Set([...plain, 'bin/busybox']);
  return [
    directory('.'),
    ...plain.map((path) => directory(path)),
    // The kernel's file systems are mounted here in stages volumes and cgroups.
    ...['proc', 'sys', 'dev'].map((path) => directory(path)),
    directory('root', { mode: 0o700 }),
    directory('tmp', { mode: 0o1777 }),
    directory('var/tmp', { mode: 0o1777 }),
    directory('home/student', { mode: 0o755, ...student }),
    text('home/student/.profile', ['PS1="student@\\h:\\w\\$ "'], student),
    binary('bin/busybox', busybox, { mode: 0o755 }),
    ...applets.filter((path) => !known.has(path)).map((path) => symlink(path, '/bin/busybox')),
    ...accounts(),
    // Each container gets its own of these three, mounted over them.
    ...['hostname', 'hosts', 'resolv.conf'].map((name) => text(`etc/${name}`, [])),
    symlink('etc/mtab', '/proc/mounts'),
    symlink('var/run', '/run'),
    text('etc/motd', ['This line is in the lowest layer. Can you see it in the container?']),
    text('etc/nsswitch.conf', ['hosts: files dns']),
    text('etc/os-release', [
      'ID=lab',
      'NAME="tsstep lab"',
      'PRETTY_NAME="tsstep lab (busybox)"',
      'VERSION_ID=1',
    ]),
  ];
}

function accounts(): NewFile[] {
  return [
    text('etc/passwd', [
      'root:x:0:0:root:/root:/bin/sh',
      'www-data:x:33:33:www-data:/var/www:/bin/false',
      'student:x:1000:1000:Student:/home/student:/bin/sh',
      'nobody:x:65534:65534:nobody:/nonexistent:/bin/false',
    ]),
    text('etc/group', [
      'root:x:0:',
      'tty:x:5:',
      'www-data:x:33:',
      'shadow:x:42:',
      'student:x:1000:',
      // A supplementary group: `id student` shows it, and so does `docker run --user student`.
      'lab:x:2000:student',
      'nogroup:x:65534:',
    ]),
    text('etc/shadow', ['root:*:20454:0:99999:7:::', 'student:*:20454:0:99999:7:::'], {
      mode: 0o640,
      gid: 42,
    }),
  ];
}

function material(): NewFile[] {
  return [
    directory('lab'),
    text('lab/README', [
      'Things to try in this container:',
      '',
      '  id; cat /proc/self/status     who you are, and what the kernel knows of you',
      '  mount; cat /proc/self/mountinfo   what the root filesystem is made of',
      '  touch /lab/mine               then look for the file on the host',
      '  cat /lab/shared/hello.txt     as root, as student, and as nobody (--user)',
      '  ls /lab/notes                 three layers have a say in it',
      '  eat-memory 64                 with and without --memory 32m',
      '  burn-cpu 5                    with and without --cpus 0.2',
      '  crowd 50                      with and without --pids-limit 20',
      '  on-signal                     then `kill -TERM` it from the host, and once more under `sh`',
      '  serve                         a web server on port 8080, for --publish',
    ]),
    text('lab/secret.txt', [
      'password=correct-horse',
      'Deleted by the next layer, and still readable in this one: never put secrets into layers.',
    ]),
    directory('lab/notes'),
    text('lab/notes/old.txt', ['An old note.']),
    text('lab/notes/older.txt', ['An older note.']),
    // setgid: what the group writes stays the group's.
    directory('lab/shared', { mode: 0o2770, gid: 2000 }),
    text('lab/shared/hello.txt', ['Members of the group lab can read this.'], { mode: 0o660, gid: 2000 }),
    directory('usr/share/lab'),
    symlink('usr/share/lab/README', '/lab/README'),
    directory('var/www', www),
    text(
      'var/www/index.html',
      ['<!doctype html>', '<title>lab</title>', '<p>Hello from inside the container.</p>'],
      www,
    ),
    ...labScripts.map(([name, content]) =>
      binary(`usr/local/bin/${name}`, Buffer.from(content), { mode: 0o755 }),
    ),
  ];
}

export const labConfig: ImageConfig = {
  Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'GREETING=hello from the image'],
  Cmd: ['sh'],
  WorkingDir: '/lab',
  ExposedPorts: { '8080/tcp': {} },
  Labels: {
    'org.opencontainers.image.title': 'lab',
    'org.opencontainers.image.description':
      'The built-in image of tsstep: busybox, and things to experiment with',
  },
};
