#!/usr/bin/env bash
# Shows that a fresh clone works on a clean Debian: scripts/clean-room.sh [bookworm|trixie]...
#
# Each suite gets roots of its own, made by debootstrap (kept as a tarball, unpacked anew each time),
# the committed state of this repository and a Node.js; then the commands a stranger would type are
# run there, one line each with exit code and time. Needs root (chroot and mounts) and about 3 GB.
#   XDG_CACHE_HOME           where the tarballs are kept (xrbench/ below it)
#   XRBENCH_DEBIAN_MIRROR    another mirror for debootstrap
set -euo pipefail

repository=$(cd "$(dirname "$0")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/xrbench/clean-room
# Of the one who works in the room.
home=/home/tester
arch=$(uname -m)
case $arch in x86_64) node_arch=x64 ;; aarch64) node_arch=arm64 ;; *) node_arch=$arch ;; esac

main() {
  if [[ $(id -u) != 0 ]]; then
    fail 'a clean room needs root for chroot and mounts' "sudo $0 $*"
  fi
  command -v debootstrap >/dev/null || apt-get install -y --no-install-recommends debootstrap >&2
  local suites=("$@") suite failures=0
  [[ ${#suites[@]} -gt 0 ]] || suites=(bookworm trixie)
  mkdir -p "$cache/logs"
  for suite in "${suites[@]}"; do
    [[ $suite == bookworm || $suite == trixie ]] || fail "no such suite: $suite" "$0 bookworm trixie"
    [[ -f $cache/$suite-$arch.tar ]] || make_base "$suite"
    # Namespaces of its own: whatever happens, no mount and no process outlives the room.
    unshare --mount --propagation private --pid --fork --kill-child \
      "$0" --inside "$suite" || failures=$((failures + 1))
  done
  exit $((failures > 0))
}

fail() {
  printf 'error: %s\nhint: %s\n' "$1" "$2" >&2
  exit 3
}

make_base() {
  local suite=$1 folder
  folder=$(mktemp -d)
  echo "making a clean $suite, once ($cache/logs/debootstrap-$suite.log)" >&2
  debootstrap --variant=minbase "$suite" "$folder" ${XRBENCH_DEBIAN_MIRROR:+"$XRBENCH_DEBIAN_MIRROR"} \
    >"$cache/logs/debootstrap-$suite.log" 2>&1
  tar -C "$folder" -cf "$cache/$suite-$arch.tar.part" .
  mv "$cache/$suite-$arch.tar.part" "$cache/$suite-$arch.tar"
  rm -rf --one-file-system "$folder"
}

# --- inside the namespaces -------------------------------------------------------------------

inside() {
  suite=$1
  room=$(mktemp -d "${TMPDIR:-/tmp}/xrbench-$suite-XXXXXX")
  logs=$cache/logs/$suite
  failures=0
  trap close_rooms EXIT
  rm -rf "$logs" && mkdir -p "$logs"
  echo "== $suite, $(git -C "$repository" rev-parse --short HEAD)"

  open_room "$room/a"
  install_node "$room/a"
  git clone -q --no-hardlinks "$repository" "$room/a/src/xrbench"
  step a 0 'node --version, npm --version' 'node --version && npm --version'
  show_last
  step a 3 'set-up without rights' 'cp -r . /tmp/other && chown -R nobody /tmp/other && cd /tmp/other && HOME=/tmp/other setpriv --reuid=nobody --regid=nogroup --clear-groups npm run setup'
  show_last
  step a 0 'npm start' 'npm start'
  step a 0 'npm test' 'npm test'
  show_last
  step a 0 'npm run test:long' 'npm run test:long'
  show_last
  local built='stat -c "%n %y" build/Release/* dist/cli/main.js node_modules/.package-lock.json'
  step a 0 'npm run setup again' "$built >/tmp/before; npm run setup; $built >/tmp/after; diff /tmp/before /tmp/after"
  show_last
  step a 0 'npm start again, short' 'npm start -- --duration 200ms --repeat 1'
  step a 0 'npx xrbench --version' 'npx xrbench --version'
  step a 0 'npm pack' 'npm pack'

  # The package goes to a machine that has Node.js and nothing else: no compiler, no python, no make.
  open_room "$room/b"
  install_node "$room/b"
  mkdir -p "$room/b/src/elsewhere"
  cp "$room/a/src/xrbench/"xrbench-*.tgz "$room/b/src/elsewhere/" || true
  step b 0 'install the package, no compiler' 'cd ../elsewhere && ! command -v c++ && npm install --ignore-scripts ./xrbench-*.tgz'
  step b 0 'packaged xrbench --version' 'cd ../elsewhere && npx xrbench --version'
  step b 0 'packaged xrbench run' 'cd ../elsewhere && npx xrbench run --transport tcp,udp --workload ping-pong --duration 200ms --repeat 1 --output out.json'

  if [[ $suite == bookworm ]]; then
    step a 0 "install Debian's own nodejs" 'apt-get install -y --no-install-recommends nodejs && /usr/bin/node --version'
    step a 3 "Debian's own nodejs, set-up" '/usr/bin/node scripts/setup.mjs'
    show_last
  fi
  echo "== $suite: $failures step(s) not as expected; logs in $logs"
  exit $((failures > 0))
}

close_rooms() {
  local mounted
  # Deepest first; the namespace would drop them too, but rm must not meet a mount.
  while read -r mounted; do umount -l "$mounted"; done < <(
    awk -v room="$room/" 'index($2, room) == 1 { print $2 }' /proc/mounts | sort -r
  )
  rm -rf --one-file-system "$room"
}

open_room() {
  local root=$1
  mkdir -p "$root" "$cache/apt-$suite/partial"
  tar -C "$root" -xf "$cache/$suite-$arch.tar"
  chmod 755 "$root"
  mkdir -p "$root/src/xrbench" "$root/var/cache/apt/archives"
  mount -t proc proc "$root/proc"
  mount -t sysfs sysfs "$root/sys"
  mount --rbind /dev "$root/dev"
  mount --bind "$cache/apt-$suite" "$root/var/cache/apt/archives"
  copy_network_settings "$root"
}

# What this machine needs to reach the outside, it needs in there as well.
copy_network_settings() {
  local root=$1 file
  mkdir -p "$root$home"
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
  apt-config dump | grep -E '^Acquire::(http|https|ftp)' >"$root/etc/apt/apt.conf.d/99host" || true
  # Where packages come from and through what; never who we are.
  for file in "$(npm config get globalconfig 2>/dev/null)" "$(npm config get userconfig 2>/dev/null)"; do
    [[ -f $file ]] || continue
    grep -E '^(registry|@[^:]+:registry|proxy|https-proxy|noproxy|strict-ssl) *=' "$file" || true
  done >"$root$home/.npmrc"
  # Certificates under a name of their own: the package ca-certificates writes its own bundle.
  file=$(npm config get cafile 2>/dev/null)
  if [[ -f $file ]]; then
    cp -L "$file" "$root/etc/host-certificates.pem"
    echo 'cafile=/etc/host-certificates.pem' >>"$root$home/.npmrc"
  fi
  environment=(HOME=$home LANG=C.UTF-8 TERM=dumb CI=true PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
  local name
  for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    [[ -z ${!name-} ]] || environment+=("$name=${!name}")
  done
  if [[ -n ${NODE_EXTRA_CA_CERTS-} && -f ${NODE_EXTRA_CA_CERTS-} ]]; then
    cp -L "$NODE_EXTRA_CA_CERTS" "$root/etc/host-extra-certificates.pem"
    environment+=(NODE_EXTRA_CA_CERTS=/etc/host-extra-certificates.pem)
  fi
}

# bookworm: the oldest Node.js we support, as from its makers; trixie: the distribution's own.
install_node() {
  local root=$1 packages
  if [[ $suite == trixie ]]; then
    chroot "$root" env -i "${environment[@]}" bash -c \
      'apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends nodejs npm' \
      >"$logs/install-node.log" 2>&1 </dev/null
    rm -rf "$root"/var/lib/apt/lists/*
    return
  fi
  packages=$cache/node-packages
  if [[ ! -x $packages/node_modules/node-linux-$node_arch/bin/node ]]; then
    npm install --prefix "$packages" --ignore-scripts --no-audit --no-fund \
      "node-linux-$node_arch@~20.19" npm@10 >"$logs/install-node.log" 2>&1 </dev/null
  fi
  cp "$packages/node_modules/node-linux-$node_arch/bin/node" "$root/usr/local/bin/node"
  mkdir -p "$root/usr/local/lib/node_modules"
  cp -r "$packages/node_modules/npm" "$root/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
}

# step ROOM EXPECTED-EXIT TITLE COMMAND: runs the command in the clone, tells how it went.
step() {
  local root=$room/$1 expected=$2 title=$3 command=$4 code=0 start=$SECONDS verdict=ok
  last_log="$logs/$(tr -c 'a-zA-Z0-9\n' '-' <<<"$title").log"
  chroot "$root" env -i "${environment[@]}" bash -c "cd /src/xrbench && $command" \
    >"$last_log" 2>&1 </dev/null || code=$?
  if [[ $code != "$expected" ]]; then
    verdict="NOT AS EXPECTED ($expected)"
    failures=$((failures + 1))
  fi
  printf '%-10s %-36s exit %-3s %4s s  %s\n' "$suite" "$title" "$code" "$((SECONDS - start))" "$verdict"
  [[ $code == "$expected" ]] || tail -n 25 "$last_log" | sed 's/^/    /'
}

show_last() {
  grep -vE '^(> |npm notice|$)' "$last_log" | tail -n 3 | sed 's/^/    | /' || true
}

if [[ ${1-} == --inside ]]; then
  inside "$2"
else
  main "$@"
fi
