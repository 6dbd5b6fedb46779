#!/bin/sh
# Written by: tsstep plan run --format sh lab true
#
# Makes the container that `tsstep run` would make, with the tools that you
# would use by hand. Run it as root; it has the command’s exit code, and takes
# back everything at its end, as --rm does.
# Not the same: the network is its own, not shared with tsstep’s containers, and
# tsstep ps does not list the container. A signal to the script ends the
# container; it is not passed on. unshare(1) before util-linux 2.39 says 1 where
# the command was killed by SIGKILL, not 137.
set -eu
umask 022
ROOT=/var/lib/tsstep
CONTAINER=$ROOT/containers/5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed
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
      *\'*) each=$(printf '%s.' "$each" | sed "s/'/'\\\\''/g"); each=${each%.} ;;
    esac
    command="$command '$each'"
  done
  printf '%s\n%%\n' "$command" >&3
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
    part=${left%%/*}
    case $left in */*) left=${left#*/} ;; *) left= ;; esac
    case $part in
      '' | .) continue ;;
      ..) at=${at%/*}; continue ;;
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
  nsenter --mount="/proc/$INIT/ns/mnt" \
    /dev/.lent/ld.so --library-path /dev/.lent /dev/.lent/rm -r /dev/.lent
}

[ "$(id -u)" = 0 ] || fail 125 'namespaces, mounts and networks are root’s right: sudo sh this script'
for tool in awk bash cp findmnt ip ldd mkfifo mount nft nsenter pivot_root prlimit setpriv ss unshare; do
  command -v "$tool" >/dev/null || fail 125 "$tool is not installed"
done

# ══════════════════════════════════════════════════════════════════════════════
# image: Find the image in the local store, or get it from a registry, and
# unpack the layers that no container has used before.
# ══════════════════════════════════════════════════════════════════════════════

# resolve: Turn the name into digests: of the manifest, the configuration and
# each layer. From here on only digests count.
for layer in '(layer-1)' '(layer-2)' '(layer-3)' '(layer-4)' '(layer-5)'; do
  [ -d "$ROOT/layers/l/$layer" ] || fail 125 "a layer is not unpacked in $ROOT: first" TSSTEP_ROOT="$ROOT" tsstep run --rm lab true
done

# build: The built-in image is not made yet: put together its layers from this
# machine’s busybox, without network.
# -> see above: tsstep run --rm lab true builds it

# unpack-1: Unpack layer 1 of 5, once for all images and containers that use it.
# -> see above: tsstep run --rm IMAGE true unpacks it

# unpack-2: Unpack layer 2 of 5, once for all images and containers that use it.
# -> see above: tsstep run --rm IMAGE true unpacks it

# unpack-3: Unpack layer 3 of 5, once for all images and containers that use it.
# -> see above: tsstep run --rm IMAGE true unpacks it

# unpack-4: Unpack layer 4 of 5, once for all images and containers that use it.
# -> see above: tsstep run --rm IMAGE true unpacks it

# unpack-5: Unpack layer 5 of 5, once for all images and containers that use it.
# -> see above: tsstep run --rm IMAGE true unpacks it

# ══════════════════════════════════════════════════════════════════════════════
# metadata: Give the container an ID, a name and a directory, and write down
# what it will be. Nothing of it runs yet.
# ══════════════════════════════════════════════════════════════════════════════

# id: The container’s ID: 32 random bytes, 64 hex digits. Nothing is derived
# from the image, so two runs never share one.
# od -An -N32 -tx1 /dev/urandom | tr -d ' \n' (drawn when this script was written)
ID=5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed

# name: People remember names better than digits.
NAME=patient_noether

# created: The moment of creation, kept for ps and inspect.
CREATED=$(date --utc --iso-8601=ns)

# reserve-name: A symlink is made or refused in one step, so two runs at once
# cannot both get the name.
undo 'rm -f "$ROOT/names/patient_noether"'
ln -s "$ID" "$ROOT/names/patient_noether"

# directory: Everything that belongs to this container alone is kept here, and
# goes when the directory goes.
undo 'rm -rf --one-file-system "$CONTAINER"'
mkdir -m 710 "$CONTAINER"

# config: Everything that was decided about the container, for inspect: image,
# command, environment, limits, mounts.
undo 'rm -rf --one-file-system "$CONTAINER/config.json"'
# -> not done: tsstep’s own notes, which ps and inspect read; a container needs none

# state: Its state so far: being created, by this process. ps reads it.
undo 'rm -rf --one-file-system "$CONTAINER/state.json"'
# -> not done: tsstep’s own notes, which ps and inspect read; a container needs none

# hostname: Becomes /etc/hostname in the container.
undo 'rm -rf --one-file-system "$CONTAINER/hostname"'
cat > "$CONTAINER/hostname" <<'END'
5eed5eed5eed
END
chmod 644 "$CONTAINER/hostname"

# hosts: Becomes /etc/hosts; the container’s own address is added when it has
# one.
undo 'rm -rf --one-file-system "$CONTAINER/hosts"'
cat > "$CONTAINER/hosts" <<'END'
127.0.0.1	localhost
::1	localhost ip6-localhost ip6-loopback
fe00::	ip6-localnet
ff00::	ip6-mcastprefix
ff02::1	ip6-allnodes
ff02::2	ip6-allrouters
END
chmod 644 "$CONTAINER/hosts"

# resolv.conf: Becomes /etc/resolv.conf: the host’s resolvers, without those on
# its loopback.
undo 'rm -rf --one-file-system "$CONTAINER/resolv.conf"'
cat > "$CONTAINER/resolv.conf" <<'END'
nameserver 192.0.2.53
END
chmod 644 "$CONTAINER/resolv.conf"

# ══════════════════════════════════════════════════════════════════════════════
# overlay: Stack the image’s layers, read-only and shared, under a writable
# layer of the container’s own.
# ══════════════════════════════════════════════════════════════════════════════

# upperdir: The writable layer: empty now, and later exactly what the container
# has changed.
undo 'rm -rf --one-file-system "$CONTAINER/upper"'
mkdir -m 755 "$CONTAINER/upper"

# workdir: overlayfs prepares files here, on the same filesystem, so that a
# copy-up appears in upper in one step.
undo 'rm -rf --one-file-system "$CONTAINER/work"'
mkdir -m 700 "$CONTAINER/work"

# merged: Where the layers will be seen as one tree: the container’s root
# filesystem.
undo 'rm -rf --one-file-system "$MERGED"'
mkdir -m 755 "$MERGED"

# mount: Stack the image’s read-only layers under the empty writable one. No
# file is copied: that is why containers start at once.
undo 'umount --lazy "$MERGED"'
(cd "$ROOT/layers" && mount -t overlay -o "lowerdir=l/(layer-5):l/(layer-4):l/(layer-3):l/(layer-2):l/(layer-1),upperdir=$CONTAINER/upper,workdir=$CONTAINER/work,redirect_dir=off,metacopy=off" overlay "$MERGED")

# ══════════════════════════════════════════════════════════════════════════════
# namespaces: Start the process that will become the container, and move it out
# of the host’s namespaces one by one.
# ══════════════════════════════════════════════════════════════════════════════

# init: Init becomes PID 1 of a new pid namespace: it sees itself and its
# children, and when it ends they all do.
undo 'kill_init'
cat > "$LOOP" <<'END'
# PID 1 of the container. Commands come on descriptor 3, each ended by a line with
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
    for file in $(ldd "$path" | tr ' \t' '\n\n' | grep '^/'); do
      case $file in
        */ld-*) cp "$file" "$box/ld.so" ;;
        *) cp "$file" "$box/" ;;
      esac
    done
  done
}

use_lent() {
  for tool in chown ln mkdir mount touch umount; do
    eval "$tool() { \$(words $tool) \"\$@\"; }"
  done
}

make_directory() { [ -e "$1" ] || mkdir -p "$1"; }

# A target for a bind mount: a directory for a directory, a file for anything else.
make_like() {
  if [ -d "$1" ]; then make_directory "$2"; else mkdir -p "${2%/*}" && { [ -e "$2" ] || touch "$2"; }; fi
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
    at=${directory:-.}/$2
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
echo "${AGAIN-$pid}" >&4
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
END
mkfifo "$CONTAINER/commands" "$CONTAINER/replies"
# Pipes for its output, so that it gets hold of nothing of yours.
mkfifo "$CONTAINER/stdout" "$CONTAINER/stderr"
cat "$CONTAINER/stdout" &
cat "$CONTAINER/stderr" >&2 &
# Of what is open here, init gets 0 to 4 only.
only='for fd in /proc/self/fd/*; do
  fd=$(basename "$fd")
  [ "$fd" -le 4 ] || eval "exec $fd>&-"
done
exec "$@"'
bash -c "$only" sh unshare --pid --fork --kill-child sh "$LOOP" \
  3<"$CONTAINER/commands" 4>"$CONTAINER/replies" \
  </dev/null >"$CONTAINER/stdout" 2>"$CONTAINER/stderr" 5<&- &
CHILD=$!
exec 3> "$CONTAINER/commands" 4< "$CONTAINER/replies"
read -r INIT <&4 || fail 125 "init did not start"

# mnt: A copy of the host’s list of mounts, so that the container’s can be
# changed without the host’s.
init again unshare --mount --propagation unchanged

# private: The copied mounts may still be peers of the host’s (systemd makes /
# shared), and then a mount in here would appear out there.
init mount --make-rprivate /

# uts: A hostname of its own (UTS: UNIX time-sharing system, the struct that
# uname(2) fills).
init again unshare --uts

# ipc: System V shared memory, semaphores and message queues of its own.
init again unshare --ipc

# net: Interfaces, addresses, routes, firewall rules and ports of its own: for
# now only a loopback that is down.
init again unshare --net

# ══════════════════════════════════════════════════════════════════════════════
# network: Connect the container’s network namespace to the host’s with a
# virtual cable, a bridge and address translation.
# ══════════════════════════════════════════════════════════════════════════════

# lease: Choose an address that no other container has, in a subnet that none of
# the host’s routes leads to.
SUBNET=172.30.0.0/24
if ip route show table all | grep -qF "$SUBNET"; then fail 125 "$SUBNET is in use now: write the script anew"; fi

# bridge: A bridge is a switch made of software: containers plug into it, and
# through its own address the host takes part.
undo 'ip link delete dev tsstep0'
ip -batch - <<'END'
link add name tsstep0 address 02:42:ac:1e:00:01 type bridge
address add 172.30.0.1/24 broadcast + dev tsstep0
link set dev tsstep0 up
END

# forwarding: The host has to pass packets between the bridge and its other
# interfaces: it becomes a router.
BEFORE_1=$(for file in /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/all/accept_redirects /proc/sys/net/ipv4/conf/*/forwarding; do echo "$file $(cat "$file")"; done)
undo 'echo "$BEFORE_1" | while read -r file value; do echo "$value" > "$file"; done'
echo 1 > /proc/sys/net/ipv4/ip_forward

# loopback: Linux never sends packets for 127.0.0.1 out of an interface; a port
# published there has to reach the bridge.
BEFORE_2=$(for file in /proc/sys/net/ipv4/conf/tsstep0/route_localnet; do echo "$file $(cat "$file")"; done)
undo 'echo "$BEFORE_2" | while read -r file value; do echo "$value" > "$file"; done'
echo 1 > /proc/sys/net/ipv4/conf/tsstep0/route_localnet

# nat: Nobody outside knows a way to the containers’ addresses, so packets leave
# with the host’s (masquerade) and answers find back.
undo 'nft delete table ip tsstep-nat-5eed5eed5eed'
nft -f - <<'END'
table ip tsstep-nat-5eed5eed5eed {
  chain prerouting {
    type filter hook prerouting priority raw; policy accept;
    iifname "tsstep0" ip daddr 127.0.0.0/8 drop
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    iifname "tsstep0" oifname != "tsstep0" oifname "tsstep0" drop
    iifname "tsstep0" oifname != "tsstep0" oifname "ts-*" drop
    iifname != "tsstep0" oifname "tsstep0" ct state established,related accept
    iifname != "tsstep0" oifname "tsstep0" ct status dnat accept
    iifname != "tsstep0" oifname "tsstep0" drop
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr 172.30.0.0/24 oifname != "tsstep0" masquerade
    ip saddr 127.0.0.0/8 oifname "tsstep0" masquerade
    ip saddr 172.30.0.0/24 oifname "tsstep0" ct status dnat masquerade
  }
}
END

# veth: A pair of interfaces like the two ends of a cable: what goes into one
# comes out of the other. One end goes into the bridge.
undo 'ip link delete dev tss5eed5eed 2>/dev/null'
ip -batch - <<'END'
link add name tss5eed5eed type veth peer name tsp5eed5eed
link set dev tss5eed5eed master tsstep0
link set dev tss5eed5eed type bridge_slave hairpin on
link set dev tss5eed5eed up
END

# move: Put the other end into the container’s network namespace: gone from the
# host’s list, there in the container’s.
ip link set dev tsp5eed5eed netns "$INIT"

# eth0: Programs expect eth0. The MAC address holds the IP address, so that
# neighbours’ ARP caches stay right when a container gets an old one.
nsenter "--net=/proc/$INIT/ns/net" ip link set dev tsp5eed5eed name eth0 address 02:42:ac:1e:00:02

# address: The container’s own address; with it comes a route to its neighbours
# on the bridge.
nsenter "--net=/proc/$INIT/ns/net" ip address add 172.30.0.2/24 broadcast + dev eth0

# loopback-up: Every network namespace has its own loopback, and it starts down:
# 127.0.0.1 would be unreachable.
nsenter "--net=/proc/$INIT/ns/net" ip link set dev lo up

# up: Switch the interface on: only now can packets pass.
nsenter "--net=/proc/$INIT/ns/net" ip link set dev eth0 up

# route: Everything that is not a neighbour goes to the bridge’s address: the
# host is the container’s router.
nsenter "--net=/proc/$INIT/ns/net" ip route add default via 172.30.0.1

# low-ports: Ports below 1024 are root’s by old custom; in a network of its own
# any user may listen on them, as with docker since 20.10.
init eval 'echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start'

# ping-groups: Let every group open the sockets that ping needs: without it,
# ping asks for CAP_NET_RAW.
init eval 'echo '\''0 2147483647'\'' > /proc/sys/net/ipv4/ping_group_range'

# hosts: Now that the address is known, the container can find itself by its own
# hostname.
cat > "$CONTAINER/hosts" <<'END'
127.0.0.1	localhost
::1	localhost ip6-localhost ip6-loopback
fe00::	ip6-localnet
ff00::	ip6-mcastprefix
ff02::1	ip6-allnodes
ff02::2	ip6-allrouters
172.30.0.2	5eed5eed5eed
END
chmod 644 "$CONTAINER/hosts"

# ══════════════════════════════════════════════════════════════════════════════
# volumes: Mount what the container will see in its root filesystem, and make
# that filesystem its root.
# ══════════════════════════════════════════════════════════════════════════════

# proc: The processes of the container’s own pid namespace: without it, ps would
# read the host’s.
init make_directory "$(inside /proc)"
init mount -t proc -o nosuid,nodev,noexec proc "$(inside /proc)"

# dev: An empty /dev in memory: only the devices that are put into it exist for
# the container.
init make_directory "$(inside /dev)"
init mount -t tmpfs -o nosuid,strictatime,mode=755,size=65536k tmpfs "$(inside /dev)"

# devpts: Terminals of its own: /dev/pts/0 in here is not the host’s /dev/pts/0.
init make_directory "$MERGED/dev/pts"
init mount -t devpts -o nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$MERGED/dev/pts"

# sys: What the kernel says about devices and its network namespace, read-only:
# most of it is the host’s.
init make_directory "$(inside /sys)"
init mount -t sysfs -o nosuid,nodev,noexec,ro sysfs "$(inside /sys)"

# mqueue: POSIX message queues of the ipc namespace, as files.
init make_directory "$MERGED/dev/mqueue"
init mount -t mqueue -o nosuid,nodev,noexec mqueue "$MERGED/dev/mqueue"

# shm: POSIX shared memory (shm_open) is files in this tmpfs; --shm-size bounds
# it.
init make_directory "$MERGED/dev/shm"
init mount -t tmpfs -o nosuid,nodev,noexec,mode=1777,size=65536k shm "$MERGED/dev/shm"

# null: /dev/null: swallows everything. A device node is only a pair of numbers;
# the driver behind it is the kernel’s.
init mknod -m 666 "$MERGED/dev/null" c 1 3

# zero: /dev/zero: endless zeros. A device node is only a pair of numbers; the
# driver behind it is the kernel’s.
init mknod -m 666 "$MERGED/dev/zero" c 1 5

# full: /dev/full: every write fails with ENOSPC. A device node is only a pair
# of numbers; the driver behind it is the kernel’s.
init mknod -m 666 "$MERGED/dev/full" c 1 7

# random: /dev/random: random bytes. A device node is only a pair of numbers;
# the driver behind it is the kernel’s.
init mknod -m 666 "$MERGED/dev/random" c 1 8

# urandom: /dev/urandom: random bytes. A device node is only a pair of numbers;
# the driver behind it is the kernel’s.
init mknod -m 666 "$MERGED/dev/urandom" c 1 9

# tty: /dev/tty: the controlling terminal of whoever opens it. A device node is
# only a pair of numbers; the driver behind it is the kernel’s.
init mknod -m 666 "$MERGED/dev/tty" c 5 0

# ptmx: Programs expect /dev/ptmx; it leads to pts/ptmx.
init ln -s pts/ptmx "$MERGED/dev/ptmx"

# fd: Programs expect /dev/fd; it leads to /proc/self/fd.
init ln -s /proc/self/fd "$MERGED/dev/fd"

# stdin: Programs expect /dev/stdin; it leads to /proc/self/fd/0.
init ln -s /proc/self/fd/0 "$MERGED/dev/stdin"

# stdout: Programs expect /dev/stdout; it leads to /proc/self/fd/1.
init ln -s /proc/self/fd/1 "$MERGED/dev/stdout"

# stderr: Programs expect /dev/stderr; it leads to /proc/self/fd/2.
init ln -s /proc/self/fd/2 "$MERGED/dev/stderr"

# core: Programs expect /dev/core; it leads to /proc/kcore.
init ln -s /proc/kcore "$MERGED/dev/core"

# bind-proc-sys: A mount of /proc/sys over itself, so that it can have
# attributes of its own.
init mount --rbind "$(inside /proc/sys)" "$(inside /proc/sys)"

# read-only-proc-sys: /proc/sys changes the whole machine, so the container may
# only read it.
init read_only "$(inside /proc/sys)"

# mask-proc-kcore: /proc/kcore tells about the whole machine: cover it with
# /dev/null.
init mount --bind "$MERGED/dev/null" "$(inside /proc/kcore)"

# mask-sys-firmware: /sys/firmware tells about the whole machine: cover it with
# an empty, read-only tmpfs.
init mount -t tmpfs -o ro tmpfs "$(inside /sys/firmware)"

# resolv.conf: The file of the metadata stage is seen at /etc/resolv.conf, over
# the image’s own.
init touch "$(inside /etc/resolv.conf)"
init mount --rbind "$CONTAINER/resolv.conf" "$(inside /etc/resolv.conf)"

# hostname: The file of the metadata stage is seen at /etc/hostname, over the
# image’s own.
init touch "$(inside /etc/hostname)"
init mount --rbind "$CONTAINER/hostname" "$(inside /etc/hostname)"

# hosts: The file of the metadata stage is seen at /etc/hosts, over the image’s
# own.
init touch "$(inside /etc/hosts)"
init mount --rbind "$CONTAINER/hosts" "$(inside /etc/hosts)"

# enter-root: pivot_root takes "." for both of its arguments, which saves a
# directory for the old root.
init cd "$MERGED"

# pivot: The merged tree becomes the root of this mount namespace, and the old
# root is stacked on it. chroot would only move a pointer.
# The host’s tools will be out of sight, and the image may have none: lend some.
init lend chown env ln mkdir mount rm setpriv setsid sh touch umount unshare
init pivot_root . .
init use_lent

# forget-old-root: Detach the host’s whole tree: from now on no path in the
# container leads to it.
init umount --no-canonicalize --lazy .

# root: The working directory was in the tree that has just gone.
init cd /

# ══════════════════════════════════════════════════════════════════════════════
# cgroups: Make a control group with the limits, move init into it, and show it
# to the container as the root of all.
# ══════════════════════════════════════════════════════════════════════════════

# parent: One directory above all containers’ cgroups: making a directory here
# is what makes a cgroup.
undo 'rmdir /sys/fs/cgroup/tsstep 2>/dev/null'
mkdir -p /sys/fs/cgroup/tsstep

# root-controllers: A controller limits a cgroup only if its parent hands it
# down: the root to tsstep …
echo '+cpu +memory +pids' > /sys/fs/cgroup/cgroup.subtree_control

# controllers: … and tsstep to its containers. No process may be in tsstep
# itself then: only leaves hold processes.
echo '+cpu +memory +pids' > /sys/fs/cgroup/tsstep/cgroup.subtree_control

# group: The container’s own cgroup; the kernel fills the directory with the
# files that limit and count.
undo 'remove_cgroup "/sys/fs/cgroup/tsstep/$ID"'
mkdir -m 755 "/sys/fs/cgroup/tsstep/$ID"

# device-filter: Allow the devices that every program expects and deny all
# others: root in the container could otherwise make a node for the host’s disk
# and read it.
# -> not done: the filter is an eBPF program, and no standard tool writes one

# join: Move init into the cgroup: from now on it, and all it starts, is counted
# and limited.
echo "$INIT" > "/sys/fs/cgroup/tsstep/$ID/cgroup.procs"

# namespace: What is init’s cgroup now becomes the root of what it can see:
# /proc/self/cgroup says / and hides the host’s tree.
init again unshare --cgroup

# mount: Show the cgroup in the container: programs read their limits here, and
# read-only because they must not lift them.
init mount -t cgroup2 -o nosuid,nodev,noexec,ro cgroup /sys/fs/cgroup

# ══════════════════════════════════════════════════════════════════════════════
# env: Set what the process will inherit: hostname, user, limits of its own,
# working directory, environment.
# ══════════════════════════════════════════════════════════════════════════════

# hostname: The name in the uts namespace; /etc/hostname alone would change
# nothing.
nsenter --uts="/proc/$INIT/ns/uts" hostname 5eed5eed5eed

# user: Turn "root" into numbers with the image’s own passwd and group files:
# the kernel knows no names.
ENTRY=$(awk -F: '$3 == 0 { print $1 ":" $3 ":" $4 ":" $6; exit }' "/proc/$INIT/root/etc/passwd" 2>/dev/null) || :
[ -n "$ENTRY" ] || ENTRY=:0:0:/
IFS=: read -r USER_NAME USER_ID GROUP_ID HOME_DIR <<END
$ENTRY
END
GROUP_IDS=$GROUP_ID
for group in $(awk -F: -v user="$USER_NAME" '
  user != "" && ("," $4 ",") ~ ("," user ",") { print $3 }
' "/proc/$INIT/root/etc/group" 2>/dev/null); do GROUP_IDS=$GROUP_IDS,$group; done

# workdir: Where the command starts; it is made if the image does not have it.
init mkdir -p /lab
init cd /lab

# ══════════════════════════════════════════════════════════════════════════════
# exec: Give away what the container must not have, and become the command.
# ══════════════════════════════════════════════════════════════════════════════

# lookup: Find the command in the container’s PATH: execve itself searches
# nowhere.
init find_command /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin true

# session: A session of its own, without the host’s terminal: otherwise Ctrl-C
# there would reach it, and it could type into that terminal.
init again setsid

# stdio: Descriptors 0, 1 and 2 are all that the command inherits; its user has
# to own them to open /dev/stdout again.
chown "$USER_ID" "$CONTAINER/stdout" "$CONTAINER/stderr"

# keyring: The kernel keeps keys for a login session, for Kerberos or encrypted
# disks: the container gets an empty keyring, not yours.
# -> not done: keyctl session does it, of a package that few have

# umask: The usual mask, whatever the caller’s was.
init umask 022

# nofile: Node raised its own limit of open files; the command gets the one that
# tsstep was started with.
# -> nothing to do: a shell has changed no limit of its own

# signals: Node ignores SIGPIPE, and ignored signals survive execve: `yes |
# head` would never end.
# -> env --default-signal does it, at the end

# bounding: Whatever is dropped from the bounding set, no program in the
# container can get again, not even one that is setuid root.
PRIVILEGES="--bounding-set -all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,+net_raw,+sys_chroot,+mknod,+audit_write,+setfcap"

# groups: Supplementary groups: those of the image, none of the host.
PRIVILEGES="$PRIVILEGES --groups $GROUP_IDS"

# gid: The group before the user: afterwards it would not be allowed any more.
PRIVILEGES="$PRIVILEGES --regid $GROUP_ID"

# uid: uid 0, the host’s root: what makes it weaker is the capabilities, not the
# number.
PRIVILEGES="$PRIVILEGES --reuid $USER_ID"

# capabilities: Root’s power, cut into pieces: the container keeps these
# (docker’s default set unless you say otherwise).
PRIVILEGES="$PRIVILEGES --inh-caps -all"

# parent-death: Until now the kernel would kill init with its parent; the
# command shall live by itself.
PRIVILEGES="$PRIVILEGES --pdeathsig clear"

# close-on-exec: No descriptor of tsstep may leak into the container:
# CVE-2024-21626 was such a leak in runc.
# -> the last shell closes 3 and 4, which are all that init was given

# execve: Init becomes the command: same pid, same namespaces, same cgroup.
# There is no container besides this process.
init become "$PRIVILEGES" \
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  HOSTNAME=5eed5eed5eed \
  'GREETING=hello from the image' \
  "HOME=$HOME_DIR" \
  -- true
take_back
MADE=yes
echo go >&3
exec 3>&- 4<&-
status=0
wait "$CHILD" || status=$?
CHILD=
exit "$status"
