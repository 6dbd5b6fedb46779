#!/bin/sh
# What makes a bare Debian root filesystem (its path is $1) the one of `tsstep vm`.
set -eu
root=$1
put() { install -D -m "$1" "$here/guest/$2" "$root$3"; }
link() { ln -sf "$1" "$root/etc/systemd/system/$2"; }

echo tsstep-vm >"$root/etc/hostname"
printf '127.0.0.1 localhost\n127.0.1.1 tsstep-vm\n' >"$root/etc/hosts"
printf '/dev/vda / ext4 noatime 0 0\ntsstep /tsstep virtiofs defaults 0 0\n' >"$root/etc/fstab"
mkdir "$root/tsstep"

install -d -m 700 "$root/root/.ssh"
install -m 600 "$keys/id_ed25519.pub" "$root/root/.ssh/authorized_keys"
rm -f "$root"/etc/ssh/ssh_host_*
install -m 600 "$keys/ssh_host_ed25519_key" "$root/etc/ssh/"
printf 'UseDNS no\nPrintLastLog no\nAcceptEnv LANG LC_* NO_COLOR CI TSSTEP_*\n' >"$root/etc/ssh/sshd_config.d/tsstep.conf"

put 755 init /usr/local/lib/tsstep-vm/init
put 755 network /usr/local/lib/tsstep-vm/network
put 644 tsstep-vm-network.service /etc/systemd/system/tsstep-vm-network.service
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
link ../tsstep-vm-network.service multi-user.target.wants/
# Nobody waits for them, and each takes a second of an emulated processor.
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
  getty@tty1.service serial-getty@ttyS0.service systemd-pstore.service systemd-timesyncd.service nftables.service; do
  link /dev/null "$unit"
done

# What this machine trusts beyond Debian's list, such as the certificate of a proxy.
cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/" 2>/dev/null || true

# The checkout is where it will be, and read-only, as it will be.
mount --bind "$checkout" "$root/tsstep"
mount -o remount,bind,ro "$root/tsstep"
trap 'umount "$root/tsstep"' EXIT
chroot "$root" /tsstep/vm/provision.sh --in-place
# slirp's own resolver, which asks the host's. Until here it was the host's file.
rm -f "$root/etc/resolv.conf"
echo 'nameserver 10.0.2.3' >"$root/etc/resolv.conf"
rm -rf "$root/var/lib/apt/lists" "$root/var/cache/apt"
# Or else the first boot rebuilds caches that are fresh (systemd-update-done.service(8)).
touch "$root/etc/.updated" "$root/var/.updated"
