#!/usr/bin/env bash
# Builds what `tsstep vm` boots, out of Debian packages, without loop devices: a disk, the kernel and initrd that are on it, and,
# once, the keys of both sides of a login. Called by vm/image.ts, as root, in a mount namespace of its own.
#   build.sh SUITE ARCH OUT CHECKOUT      writes OUT/{disk.ext4,vmlinuz,initrd} and OUT/../keys
# Environment: TSSTEP_VM_MIRROR (a Debian mirror), and what vm/provision.sh reads.
set -euo pipefail
suite=$1 arch=$2 out=$3 checkout=$4
vm=$checkout/vm
# shellcheck source=vm/debian.sh
. "$vm/debian.sh"
say() { echo "vm: $*" >&2; }

work=$out.build
rm -rf "$work"
mkdir -p "$work"

keys=$(dirname "$out")/keys
if [ ! -d "$keys" ]; then
  mkdir -m 700 "$work/keys"
  for one in id_ed25519 ssh_host_ed25519_key; do ssh-keygen -q -t ed25519 -N '' -C tsstep-vm -f "$work/keys/$one"; done
  printf 'tsstep-vm %s\n' "$(cut -d ' ' -f 1,2 "$work/keys/ssh_host_ed25519_key.pub")" >"$work/keys/known_hosts"
  # Whole at once. If the build of another release, which may run beside this one, was first, its keys are ours.
  mv -T "$work/keys" "$keys" 2>/dev/null || [ -d "$keys" ]
  rm -rf "$work/keys"
fi

say "building Debian $suite ($arch) with vm/provision.sh; this takes a few minutes, once"
rootfs=$work/rootfs
export checkout vm keys
debian_rootfs "$suite" "$arch" "$rootfs" "$vm/guest/customize.sh"
cp "$rootfs"/boot/vmlinuz-* "$work/vmlinuz"
cp "$rootfs"/boot/initrd.img-* "$work/initrd"

say 'packing the disk'
truncate -s 8G "$work/disk.ext4"
# No journal: the disk of a throw-away machine is thrown away, and the cached one is never written to.
mkfs.ext4 -q -F -O ^has_journal -E lazy_itable_init=1 -d "$rootfs" "$work/disk.ext4"
rm -rf "$rootfs" "$out"
mv "$work" "$out"
