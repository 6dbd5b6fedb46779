#!/bin/bash
# What makes a bare Debian root filesystem (its path is $1) the one of `tsstep vm`. A hook of mmdebstrap: see vm/build.sh.
set -euo pipefail
root=$1
# shellcheck source=vm/debian.sh
. "$vm/debian.sh"
put() { install -D -m "$1" "$vm/guest/$2" "$root$3"; }

echo tsstep-vm >"$root/etc/hostname"
printf '127.0.0.1 localhost\n127.0.1.1 tsstep-vm\n' >"$root/etc/hosts"
printf '/dev/vda / ext4 noatime 0 0\ntsstep /tsstep virtiofs defaults 0 0\n' >"$root/etc/fstab"

install -d -m 700 "$root/root/.ssh"
install -m 600 "$keys/id_ed25519.pub" "$root/root/.ssh/authorized_keys"
rm -f "$root"/etc/ssh/ssh_host_*
install -m 600 "$keys/ssh_host_ed25519_key" "$root/etc/ssh/"
printf 'UseDNS no\nPrintLastLog no\nAcceptEnv LANG LC_* NO_COLOR CI TSSTEP_*\n' >"$root/etc/ssh/sshd_config.d/tsstep.conf"

put 755 init /usr/local/lib/tsstep-vm/init
put 755 network /usr/local/lib/tsstep-vm/network
put 644 tsstep-vm-network.service /etc/systemd/system/tsstep-vm-network.service
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -s ../tsstep-vm-network.service "$root/etc/systemd/system/multi-user.target.wants/"

# The checkout is where it will be, and read-only, as it will be.
debian_provision "$root" /tsstep --in-place
debian_quicken "$root" nftables.service
# slirp's own resolver, which asks the host's. Until here it was the host's file.
rm -f "$root/etc/resolv.conf"
echo 'nameserver 10.0.2.3' >"$root/etc/resolv.conf"
