/**
 * PID 1 of a container that is made by hand: a shell that does what it is told on one FIFO and answers on another, as tsstep's
 * init does (core/init/protocol.ts). A namespace is entered by a tool that then starts this program anew, in the same process.
 *
 * Behind pivot_root the host's programs are out of sight and the image may have none, so those that are needed are lent: copies
 * in the container's /dev, which is in memory, started by the dynamic linker that is lent with them (ld.so(8)).
 */
export const initProgram = `# PID 1 of the container. Commands come on descriptor 3, each ended by a line with
# "%", and 4 gets how they ended. Nothing here is started by anybody else.
LENT=/dev/.lent

# Words that start a tool: its name as long as the host's programs are in sight.
words() {
  if [ -d "$LENT" ]; then echo "$LENT/ld.so --library-path $LENT $LENT/$1"; else echo "$1"; fi
}

# Go on as a new shell behind a tool that enters a namespace; still the same process.
again() {
  tool=$1; shift
  [ ! -d "$LENT" ] || LOOP=$LENT/init.sh
  AGAIN=0; export AGAIN LOOP
  exec $(words "$tool") "$@" $(words sh) "$LOOP"
}

# Copy tools, their libraries and the dynamic linker to where they will be seen.
lend() {
  box=$MERGED$LENT
  mkdir "$box" && cp "$LOOP" "$box/init.sh" || return
  for tool; do
    path=$(command -v "$tool") && cp "$path" "$box/$tool" || return
    for file in $(ldd "$path" | tr ' \\t' '\\n\\n' | grep '^/'); do
      case $file in
        */ld-*) cp "$file" "$box/ld.so" ;;
        *) cp "$file" "$box/" ;;
      esac
    done
  done
}

use_lent() {
  for tool in chown ln mkdir mount touch umount; do
    eval "$tool() { \\$(words $tool) \\"\\$@\\"; }"
  done
}

make_directory() { [ -e "$1" ] || mkdir -p "$1"; }

# A target for a bind mount: a directory for a directory, a file for anything else.
make_like() {
  if [ -d "$1" ]; then make_directory "$2"; else mkdir -p "\${2%/*}" && { [ -e "$2" ] || touch "$2"; }; fi
}

# A mount and all below it. mount(8) of util-linux 2.39 has -o ro=recursive for this.
read_only() {
  findmnt --raw --noheadings --output TARGET --submounts "$1" | while read -r at; do
    mount -o remount,bind,ro "$(printf %b "$at")" || return
  done
}

# What execvp(3) would find in the directories of $1.
find_command() (
  case $2 in */*) set -- . "$2" ;; esac
  found=127
  IFS=:
  for directory in $1; do
    at=\${directory:-.}/$2
    case $2 in /*) at=$2 ;; esac
    [ -e "$at" ] || continue
    [ ! -f "$at" ] || [ ! -x "$at" ] || exit 0
    found=126
  done
  echo "$2: not executable, or not in the container" >&2
  exit $found
)

# become PRIVILEGES NAME=VALUE… -- COMMAND…
# The environment is emptied, privileges are given away, and when the host has
# taken its tools back, the shell that is left becomes the command.
become() {
  privileges=$1; shift
  last='echo 0 >&4; read -r go <&3; exec 3<&- 4>&-; unset PWD OLDPWD; exec "$@"'
  options=yes
  for word; do
    shift
    if [ "$options$word" = yes-- ]; then
      options=
      set -- "$@" $(words setpriv) $privileges $(words sh) -c "$last" sh
    else
      set -- "$@" "$word"
    fi
  done
  exec $(words env) -i --default-signal "$@"
}

text=
[ ! -d "$LENT" ] || use_lent
# The procfs that is seen at the start is the host's, and so is the pid it shows.
read -r pid rest < /proc/self/stat
echo "\${AGAIN-$pid}" >&4
while IFS= read -r line <&3; do
  if [ "$line" != % ]; then
    text="$text$line
"
    continue
  fi
  command=$text
  text=
  eval "$command"
  echo $? >&4
done
`;
