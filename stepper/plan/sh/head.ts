/** What the script says and defines before its first step. */
import { word } from '../../../tracer/describe/words.ts';
import { wrap } from '../wrap.ts';
import { initProgram } from './init-program.ts';

const comment = (text: string): string[] => wrap(text, '# ');

const about = [
  'Makes the container that `tsstep run` would make, with the tools that you would use by hand. Run it as root; it has the command’s exit code, ' +
    'and takes back everything at its end, as --rm does.',
  'Not the same: the network is its own, not shared with tsstep’s containers, and tsstep ps does not list the container. A signal to the ' +
    'script ends the container; it is not passed on. unshare(1) before util-linux 2.39 says 1 where the command was killed by SIGKILL, not 137.',
];

const functions = `set -eu
umask 022
ROOT=@ROOT@
CONTAINER=$ROOT/containers/@ID@
MERGED=$CONTAINER/merged
LOOP=$CONTAINER/init.sh
export MERGED LOOP

INIT= CHILD= FEEDER= MADE= UNDO=
# A background program would get /dev/null as its input: keep what is ours.
exec 5<&0

fail() {
  status=$1; shift
  echo "$0: $*" >&2
  exit "$status"
}

# What takes a step back: the last one's comes first.
undo() {
  UNDO="$1
$UNDO"
}

clean_up() {
  status=$?
  trap '' HUP INT TERM
  trap - EXIT
  set +e
  # Before the command runs, what fails is a step; docker's code for that is 125.
  if [ -z "$MADE" ]; then
    [ "$status" -ge 125 ] || status=125
    # Some of what is to be taken back has never been done.
    exec 2>/dev/null
  fi
  eval "$UNDO"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Let PID 1 of the container do something, and wait until it is done.
init() {
  command=
  for each; do
    case $each in
      *\\'*) each=$(printf '%s.' "$each" | sed "s/'/'\\\\\\\\''/g"); each=\${each%.} ;;
    esac
    command="$command '$each'"
  done
  printf '%s\\n%%\\n' "$command" >&3
  read -r status <&4 || fail 125 "init is gone: $*"
  return "$status"
}

kill_init() {
  # unshare(1) first: it would otherwise complain, and init dies with it. A pid
  # that has been waited for may be somebody else's by now.
  [ -z "$CHILD" ] || kill -9 "$CHILD" "$INIT" 2>/dev/null
  exec 3>&- 4<&-
  [ -z "$FEEDER" ] || kill "$FEEDER" 2>/dev/null
  wait
}

# A killed process leaves its cgroup only when it has really ended.
remove_cgroup() {
  until rmdir "$1" 2>/dev/null || [ ! -d "$1" ]; do
    for pid in $(cat "$1/cgroup.procs"); do kill -9 "$pid" 2>/dev/null; done
    sleep 0.05
  done
}

# Where a path of the container is on the host. A symlink of the image, like
# /var/run -> /run, must lead to the container's /run and not to the host's.
inside() {
  left=$1 at= links=0
  while [ -n "$left" ]; do
    part=\${left%%/*}
    case $left in */*) left=\${left#*/} ;; *) left= ;; esac
    case $part in
      '' | .) continue ;;
      ..) at=\${at%/*}; continue ;;
    esac
    if [ -L "$MERGED$at/$part" ]; then
      links=$((links + 1))
      [ "$links" -le 40 ] || fail 125 "$1: too many symlinks"
      link=$(readlink "$MERGED$at/$part")
      case $link in /*) at= ;; esac
      left=$link/$left
    else
      at=$at/$part
    fi
  done
  echo "$MERGED$at"
}

# The tools that were lent to the container go before its command comes.
take_back() {
  nsenter --mount="/proc/$INIT/ns/mnt" \\
    /dev/.lent/ld.so --library-path /dev/.lent /dev/.lent/rm -r /dev/.lent
}

[ "$(id -u)" = 0 ] || fail 125 'namespaces, mounts and networks are root’s right: sudo sh this script'
`;

const tools = [
  'awk',
  'bash',
  'cp',
  'findmnt',
  'ldd',
  'mkfifo',
  'mount',
  'nsenter',
  'pivot_root',
  'prlimit',
  'setpriv',
  'unshare',
];

const needs = (networked: boolean): string[] => [
  `for tool in ${[...tools, ...(networked ? ['ip', 'nft', 'ss'] : [])].sort().join(' ')}; do`,
  '  command -v "$tool" >/dev/null || fail 125 "$tool is not installed"',
  'done',
];

/** The program of PID 1, as a file of the container's directory. */
export const writeInitProgram = ['cat > "$LOOP" <<\'END\'', ...initProgram.trimEnd().split('\n'), 'END'];

export function head(argv: readonly string[], root: string, id: string, networked: boolean): string[] {
  return [
    '#!/bin/sh',
    ...comment(`Written by: tsstep ${argv.map(word).join(' ').replaceAll('\n', ' ')}`),
    '#',
    ...about.flatMap(comment),
    ...functions
      .replace('@ROOT@', () => word(root))
      .replace('@ID@', id)
      .trimEnd()
      .split('\n'),
    ...needs(networked),
  ];
}
