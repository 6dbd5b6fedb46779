#!/usr/bin/env bash
# Tries the Vagrantfile with a real Vagrant: `vagrant up`, what a participant does then, `vagrant destroy`.
#   sudo test/vm/vagrant.sh              builds a box of Debian 13 once (some minutes, needs a network), and tries it
#   sudo test/vm/vagrant.sh --rebuild    forgets the box of the last time
#   sudo test/vm/vagrant.sh --verbose    shows what the machine says, and not only when something does not hold
# Ends with 0 when everything held. Leaves nothing but packages, which it announces, and the box in ~/.cache/tsstep/vm/box.
#
# The processor, an amd64, is emulated, so nothing depends on KVM. Debian 12's Vagrant 2.3 and libvirt 9 are good enough. They run
# in namespaces of their own: the host's libvirtd, network, cgroups, ports and ~/.vagrant.d are not touched, and when the first
# process in there dies the kernel ends all others. There is no way out of that network, so what is tried needs none.
# Environment: TSSTEP_VM_MIRROR (a Debian mirror), npm_config_registry.
set -euo pipefail
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
self=$checkout/test/vm/vagrant.sh
cache=${XDG_CACHE_HOME:-$HOME/.cache}/tsstep/vm/box
box=$cache/tsstep-local.box
export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C.UTF-8 checkout self

# It starts itself again, and goes on counting.
export started=${started:-$(date +%s)}
SECONDS=$(($(date +%s) - started))
say() { printf 'vagrant.sh: %4ds  %s\n' "$SECONDS" "$*"; }
give_up() {
  say "$*" >&2
  exit 1
}

# ---- on the host ----

install_missing() {
  local missing=() one
  for one in vagrant vagrant-libvirt libvirt-daemon libvirt-daemon-driver-qemu qemu-system-x86 qemu-utils dnsmasq-base iptables \
    iproute2 mmdebstrap debian-archive-keyring e2fsprogs rsync openssh-client procps; do
    dpkg-query -W -f '${db:Status-Status}' "$one" 2>/dev/null | grep -qx installed || missing+=("$one")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing what is missing: apt-get install ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -q && apt-get install -q -y --no-install-recommends "${missing[@]}"; } >"$work/apt.log" 2>&1 </dev/null || {
    cat "$work/apt.log" >&2
    give_up 'apt-get failed, see above'
  }
}

# What is in the box, but for the checkout: `vagrant up` takes that over. Times, because npm's packages in the box are compared
# with package-lock.json by time as well (bin/setup), and in there is no network to fetch them again.
is_fresh() {
  local one
  for one in package-lock.json vm/provision.sh vm/debian.sh vm/guest/before.sh bin/setup test/vm/box.sh; do
    [ "$box" -nt "$checkout/$one" ] || return 1
  done
}

# Runs this script once more, in namespaces. In the background: there Ctrl-C arrives at nobody but us.
running=
in_namespaces() {
  unshare --fork --pid --kill-child --mount-proc --propagation private "$@" &
  running=$!
  local code=0
  wait "$running" || code=$?
  running=
  return "$code"
}

clean_up() {
  trap '' INT TERM HUP
  if [ -n "$running" ]; then
    # The first process in there, whose end is the end of all others. unshare ends when they are gone.
    pkill -KILL -P "$running" || true
    wait "$running" 2>/dev/null || true
  fi
  rm -rf "$work"
}

# ---- in namespaces for mounts, processes and network: Vagrant ----

start_libvirtd() {
  local one
  # The host's cgroups stay out of sight: libvirt would make some. A new /sys shows the new network.
  umount -R -l /sys
  mount -t sysfs sysfs /sys
  mkdir -p "$work"/{etc,lib,cache,log,tmp}
  mount --bind "$work/etc" /etc/libvirt
  for one in lib cache log; do mount --bind "$work/$one" "/var/$one"; done
  mount -t tmpfs run /run
  ip link set lo up
  # libvirtd looks for its usual user, even when it will take another. libvirt-daemon-system would make that one.
  for one in passwd group; do
    { cat "/etc/$one" && echo 'libvirt-qemu:x:64055:64055::/:/usr/sbin/nologin'; } >"$work/$one"
    mount --bind "$work/$one" "/etc/$one"
  done

  # No polkit, no groups of their own, no virtlogd: nobody else is here.
  printf '%s\n' 'auth_unix_ro = "none"' 'auth_unix_rw = "none"' 'unix_sock_group = "root"' >/etc/libvirt/libvirtd.conf
  printf '%s\n' 'user = "root"' 'group = "root"' 'security_driver = "none"' 'stdio_handler = "file"' 'namespaces = []' \
    'cgroup_controllers = []' 'remember_owner = 0' >/etc/libvirt/qemu.conf
  libvirtd >"$work/libvirtd.log" 2>&1 </dev/null &
  for _ in {1..60}; do
    [ -S /run/libvirt/libvirt-sock ] && return
    sleep 0.5
  done
  cat "$work/libvirtd.log" >&2
  give_up 'libvirtd does not start, see above'
}

failures=0
check() { # what should hold, command...
  local what=$1
  shift
  if "$@" >"$work/output" 2>&1 </dev/null; then
    say "ok      $what"
    [ -n "${verbose:-}" ] || return 0
  else
    say "FAILED  $what"
    failures=$((failures + 1))
  fi
  sed 's/^/      | /' "$work/output"
}

# Each shows what it looks at. `set -e` does not count in a condition, so each step says what becomes of its failure.

names_three_commands() {
  # A login as people log in, with a terminal: `vagrant ssh -c` shows no message of the day.
  vagrant ssh -- -tt <<<exit | tee "$work/motd"
  [ "$(grep -c '^  sudo tsstep ' "$work/motd")" = 3 ]
}

shows_nine_stages() {
  local n
  machine "sudo tsstep run --rm --pause-each lab sh -c 'echo hi' </dev/null" >"$work/run" 2>&1 || { cat "$work/run" && return 1; }
  cat "$work/run"
  for n in {1..9}; do grep -q "━━ $n of 9 " "$work/run" || return; done
  grep -qx hi "$work/run"
}

doctor_is_content() {
  machine 'sudo tsstep doctor' >"$work/doctor" || { cat "$work/doctor" && return 1; }
  cat "$work/doctor"
  head -n 1 "$work/doctor" | grep -q 'Vagrant virtual machine'
}

is_complete() {
  machine "set -ex
    test \"\$(hostname)\" = tsstep
    test \"\$(node --version)\" = v$(sed -n 's/^node=//p' vm/provision.sh)
    test -s /etc/bash_completion.d/tsstep
    test \"\$(readlink /usr/local/bin/tsstep)\" = /opt/tsstep/bin/tsstep
    tsstep --version"
}

forwards() { # port; to nobody but this machine
  ss -Hltn "sport = :$1"
  [ "$(ss -Hltn "sport = :$1" | awk '{ print $4 }')" = "127.0.0.1:$1" ]
}

provisions_again() {
  local before made='stat -c "%n %y" /opt/tsstep/dist/.stamp /opt/tsstep/node_modules/.package-lock.json /usr/local/bin/node'
  before=$(machine "$made") || return
  timeout 900 vagrant provision >"$work/again" 2>&1 || { cat "$work/again" && return 1; }
  cat "$work/again" && echo "$before"
  grep -q 'provision: done' "$work/again" && ! grep -q 'apt-get install' "$work/again" && [ "$(machine "$made")" = "$before" ]
}

is_gone() { vagrant status | grep 'default .*not created'; }

machine() { vagrant ssh --no-tty -c "$1"; }

# Vagrant's lines with the time, without the hundreds of steps of its progress, and without the long list of settings.
timed() {
  sed -u 's/^.*\r\x1b\[K//; /^==> default:  -- /d' | while IFS= read -r line; do say "  $line"; done
}

try_box() {
  start_libvirtd
  export VAGRANT_HOME=$work/vagrant VAGRANT_DOTFILE_PATH=$work/dotfile VAGRANT_CHECKPOINT_DISABLE=1 VAGRANT_DEFAULT_PROVIDER=libvirt
  export TMPDIR=$work/tmp TSSTEP_BOX=tsstep-local TSSTEP_IMAGES=''
  cd "$checkout"

  say "$(vagrant --version): vagrant box add"
  vagrant box add --name tsstep-local "$box" </dev/null >"$work/output" 2>&1 || { cat "$work/output" && exit 1; }
  say 'vagrant up: an emulated processor takes minutes'
  timeout 3600 vagrant up 2>&1 </dev/null | timed || give_up 'vagrant up failed, see above'
  check 'a login shows a message of the day with three commands' names_three_commands
  check 'sudo tsstep run --pause-each lab … </dev/null works at once, and shows nine stages' shows_nine_stages
  check 'sudo tsstep doctor is content, and says: a Vagrant virtual machine' doctor_is_content
  check 'host name, node, completion and /opt/tsstep are there' is_complete
  check 'port 16686 is forwarded' forwards 16686
  check 'port 4318 is forwarded' forwards 4318
  check 'vagrant provision again: nothing to install or build, and no network' provisions_again
  check 'tsstep works afterwards' machine 'sudo tsstep run --rm lab echo hi'
  check 'vagrant destroy -f' vagrant destroy -f
  check 'the machine is gone' is_gone
  [ "$failures" = 0 ] || give_up "$failures of these did not hold"
  say 'all of it held'
}

on_the_host() {
  [ "$(id -u)" = 0 ] || give_up 'only root can do this: sudo test/vm/vagrant.sh'
  [ "$(uname -m)" = x86_64 ] || give_up 'the box is one for amd64'
  command -v apt-get >/dev/null || give_up 'this needs a Debian or Ubuntu machine'
  mkdir -p "$cache"
  work=$(mktemp -d "$cache/run.XXXXXX")
  export work
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP

  install_missing
  if ! is_fresh; then
    say "building a box of Debian 13 with vm/provision.sh; this takes a few minutes, once"
    touch "$work/began"
    in_namespaces "$checkout/test/vm/box.sh" "$work" || give_up 'the box could not be built, see above'
    touch -r "$work/began" "$work/new.box"
    mv "$work/new.box" "$box"
  fi
  in_namespaces --net "$self" --try-box
}

# Not in a condition: `set -e` would not count in the functions.
case ${1:-} in
  --try-box) try_box ;;
  --rebuild)
    rm -f "$box"
    on_the_host
    ;;
  --verbose)
    export verbose=yes
    on_the_host
    ;;
  '') on_the_host ;;
  *) give_up "I do not know $1; the head of this file has what I know" ;;
esac
