#!/usr/bin/env bash
# Builds what `tsstep vm` boots, out of Debian packages, without loop devices: a disk, the kernel and initrd that are on it, and,
# once, the keys of both sides of a login. Called by vm/image.ts, as root, in a mount namespace of its own.
#   build.sh SUITE ARCH OUT CHECKOUT      writes OUT/{disk.ext4,vmlinuz,initrd} and OUT/../keys
# Environment: TSSTEP_VM_MIRROR (a Debian mirror), and what vm/provision.sh reads.
set -euo pipefail
suite=$1 arch=$2 out=$3 checkout=$4
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
say() { echo "vm: $*" >&2; }

mirror() {
  local own=
  # A Debian machine's own mirror is near, and known to be reachable.
  if [ -f /etc/debian_version ] && ! grep -qi ubuntu /etc/os-release; then
    own=$(apt-get indextargets --format '$(REPO_URI)' | grep -v security | head -n 1)
  fi
  own=${TSSTEP_VM_MIRROR:-${own:-http://deb.debian.org/debian}}
  echo "${own%/}"
}

sources() {
  printf 'deb %s %s main\n' "$1" "$suite"
  # Mirrors keep security updates beside the main archive.
  printf 'deb %s-security %s-security main\n' "$1" "$suite"
}

work=$out.build
rm -rf "$work"
mkdir -p "$work"

keys=$(dirname "$out")/keys
if [ ! -f "$keys/known_hosts" ]; then
  rm -rf "$keys"
  mkdir -p -m 700 "$keys"
  for one in id_ed25519 ssh_host_ed25519_key; do ssh-keygen -q -t ed25519 -N '' -C tsstep-vm -f "$keys/$one"; done
  printf 'tsstep-vm %s\n' "$(cut -d ' ' -f 1,2 "$keys/ssh_host_ed25519_key.pub")" >"$keys/known_hosts"
fi

# systemd and what logs in; the kernel with its initrd. Everything that tsstep needs comes with vm/provision.sh.
packages=systemd-sysv,dbus,udev,libpam-systemd,openssh-server,sudo,linux-image-cloud-$arch,initramfs-tools,zstd,ca-certificates
left_out=()
for one in doc man locale info; do left_out+=(--dpkgopt="path-exclude=/usr/share/$one/*"); done

say "building Debian $suite ($arch) with vm/provision.sh; this takes a few minutes, once"
rootfs=$work/rootfs
export here checkout keys
mmdebstrap --quiet --mode=root --variant=minbase --arch="$arch" --include="$packages" \
  --aptopt='APT::Sandbox::User "root"' "${left_out[@]}" \
  --essential-hook='"$here/guest/before.sh" "$1"' \
  --customize-hook='"$here/guest/customize.sh" "$1"' \
  "$suite" "$rootfs" - < <(sources "$(mirror)") >&2

cp "$rootfs"/boot/vmlinuz-* "$work/vmlinuz"
cp "$rootfs"/boot/initrd.img-* "$work/initrd"

say 'packing the disk'
truncate -s 8G "$work/disk.ext4"
# No journal: the disk of a throw-away machine is thrown away, and the cached one is never written to.
mkfs.ext4 -q -F -O ^has_journal -E lazy_itable_init=1 -d "$rootfs" "$work/disk.ext4"
rm -rf "$rootfs" "$out"
mv "$work" "$out"
