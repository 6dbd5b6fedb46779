#!/usr/bin/env bash
# A Vagrant box of Debian 13 for libvirt on amd64, provisioned as the Vagrantfile provisions. Called by test/vm/vagrant.sh, as root,
# in a mount namespace of its own.
#   box.sh DIRECTORY                  writes DIRECTORY/new.box
#   box.sh --customize FILESYSTEM     mmdebstrap calls it so
set -euo pipefail
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
export checkout vm=$checkout/vm
# shellcheck source=vm/debian.sh
. "$vm/debian.sh"

build_box() {
  local work=$1
  local rootfs=$work/rootfs parts=$work/box
  # An interrupted mmdebstrap leaves things there.
  export TMPDIR=$work/tmp
  mkdir "$TMPDIR"
  # What a box is expected to have: sshd, sudo, rsync (with provision.sh), a user vagrant.
  debian_rootfs trixie amd64 "$rootfs" "$checkout/test/vm/box.sh --customize"

  mkdir "$parts"
  cp "$rootfs"/boot/vmlinuz-* "$parts/vmlinuz"
  cp "$rootfs"/boot/initrd.img-* "$parts/initrd"
  truncate -s 8G "$work/disk.ext4"
  mkfs.ext4 -q -F -E lazy_itable_init=1 -d "$rootfs" "$work/disk.ext4"
  qemu-img convert -c -O qcow2 -o compression_type=zstd "$work/disk.ext4" "$parts/box.img"
  echo '{"provider": "libvirt", "format": "qcow2", "virtual_size": 8}' >"$parts/metadata.json"
  # What only this test needs is here, and not in the project's Vagrantfile: emulation, and a kernel without a boot loader.
  cat >"$parts/Vagrantfile" <<'RUBY'
Vagrant.configure("2") do |config|
  config.vm.boot_timeout = 1200
  config.vm.provider :libvirt do |machine|
    machine.driver = "qemu"
    machine.cpu_mode = "maximum"
    machine.graphics_type = "none"
    machine.kernel = File.join(__dir__, "vmlinuz")
    machine.initrd = File.join(__dir__, "initrd")
    machine.cmd_line = "root=/dev/vda rw console=ttyS0 quiet net.ifnames=0"
  end
end
RUBY
  tar -C "$parts" -cf "$work/new.box" .
  rm -rf "$rootfs" "$work/disk.ext4" "$parts" "$TMPDIR"
}

customize() {
  local root=$1
  # It is a folder of the host.
  unset TMPDIR
  # Another name than the Vagrantfile's, which has to arrive.
  echo box >"$root/etc/hostname"
  printf '127.0.0.1 localhost\n127.0.1.1 box\n' >"$root/etc/hosts"
  echo '/dev/vda / ext4 noatime 0 0' >"$root/etc/fstab"

  chroot "$root" useradd --create-home --shell /bin/bash vagrant
  echo 'vagrant ALL=(ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/vagrant"
  # The key that everybody knows. Vagrant puts a new one in its place.
  install -d -m 700 "$root/home/vagrant/.ssh"
  install -m 600 "$(dpkg -L vagrant | grep '/keys/vagrant.pub$')" "$root/home/vagrant/.ssh/authorized_keys"
  chroot "$root" chown -R vagrant: /home/vagrant/.ssh
  echo 'UseDNS no' >"$root/etc/ssh/sshd_config.d/box.conf"

  printf '[Match]\nName=e*\n[Network]\nDHCP=ipv4\nLinkLocalAddressing=no\n' >"$root/etc/systemd/network/80-dhcp.network"
  chroot "$root" systemctl --quiet enable systemd-networkd
  # With the host's network and processor. In the emulated machine it runs again, and finds everything.
  TSSTEP_IMAGES='' debian_provision "$root" /vagrant
  rmdir "$root/vagrant"
  debian_quicken "$root" systemd-networkd-wait-online.service
  # So that what is found comes from `vagrant up`.
  rm "$root/etc/motd" "$root/etc/bash_completion.d/tsstep" "$root/usr/local/bin/tsstep"
  rm -rf "$root/root/.npm" "$root/etc/resolv.conf"
}

case $1 in
  --customize) customize "$2" ;;
  *) build_box "$1" ;;
esac
