# shellcheck shell=bash
# A Debian root filesystem that a virtual machine can boot. Sourced: by vm/build.sh and its hooks, and by test/vm/box.sh.

# A Debian machine's own mirror is near, and known to be reachable.
debian_sources() { # suite
  local mirror=${TSSTEP_VM_MIRROR:-}
  # Nothing is found where there is no apt-get, or on Ubuntu.
  [ -n "$mirror" ] || mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Label: Debian' 2>/dev/null | head -n 1) || true
  mirror=${mirror:-http://deb.debian.org/debian}
  mirror=${mirror%/}
  # Mirrors keep security updates beside the main archive.
  printf 'deb %s %s main\ndeb %s-security %s-security main\n' "$mirror" "$1" "$mirror" "$1"
}

# systemd and what logs in; the kernel with its initrd. What tsstep needs comes with vm/provision.sh, called by the hook.
debian_rootfs() { # suite, architecture, where to, command that customizes it
  local left_out=() one
  for one in doc man locale info; do left_out+=(--dpkgopt="path-exclude=/usr/share/$one/*"); done
  mmdebstrap --quiet --mode=root --variant=minbase --arch="$2" \
    --include="systemd-sysv,dbus,udev,libpam-systemd,openssh-server,sudo,linux-image-cloud-$2,initramfs-tools,zstd,ca-certificates" \
    --aptopt='APT::Sandbox::User "root"' "${left_out[@]}" \
    --essential-hook="$vm/guest/before.sh \"\$1\"" --customize-hook="$4 \"\$1\"" \
    "$1" "$3" - < <(debian_sources "$1") >&2
}

# Runs vm/provision.sh in a root filesystem, with the host's network, processor and certificates.
debian_provision() { # root filesystem, where the checkout is to be in it, arguments
  local root=$1 at=$2
  shift 2
  # What this machine trusts beyond Debian's list, such as the certificate of a proxy.
  cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/" 2>/dev/null || true
  mkdir "$root$at"
  mount --bind "$checkout" "$root$at"
  mount -o remount,bind,ro "$root$at"
  chroot "$root" "$at/vm/provision.sh" "$@"
  umount "$root$at"
  rm -rf "$root/var/lib/apt/lists" "$root/var/cache/apt"
}

# Nobody waits for these units, and each takes a second of an emulated processor.
debian_quicken() { # root filesystem, more units
  local root=$1 unit
  shift
  for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
    getty@tty1.service serial-getty@ttyS0.service systemd-pstore.service systemd-timesyncd.service "$@"; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
  done
  # Or else the first boot rebuilds caches that are fresh (systemd-update-done.service(8)).
  touch "$root/etc/.updated" "$root/var/.updated"
}
