#!/usr/bin/env bash
# scripts/interop/quic-go/run.sh: both roles of `xrbench quic-perf` against quic-go, by hand, on a machine that has Debian's
# golang-go and golang-github-lucas-clemente-quic-go-dev (12; later releases renamed the package).
#
# A download from quic-go 0.29 is slow whoever asks. Medians of 3 interleaved runs of 100 MB, one CPU for each end, on a busy machine: 0.55 Gbit/s for quic-go's own
# client, 0.71 for xrbench's, which acknowledges every 10th packet (0.69 with every 2nd, 0.62 with each one). Nothing is dropped on the way (RcvbufErrors of
# /proc/net/snmp stands still), its congestion window is rarely full, and it met no limit of flow control. By its source it sends each packet by a call of its own and paces
# them by timers of 1 ms and more, which may be why. In the other direction, from `xrbench quic-perf serve`, quic-go had 1.50 Gbit/s.
set -euo pipefail
cd "$(dirname "$0")/../../.."

if ! command -v go >/dev/null || [ ! -d /usr/share/gocode/src/github.com/lucas-clemente/quic-go ]; then
  printf 'error: quic-go is missing\nhint: sudo apt-get install -y golang-go golang-github-lucas-clemente-quic-go-dev\n' >&2
  exit 3
fi

work=$(mktemp -d)
pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$work"
}
trap finish EXIT

# Debian's Go packages lie in a GOPATH, without modules.
GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$work/cache go build -o "$work/quic-go-perf" scripts/interop/quic-go/*.go

# Waits until a background process has written its first line to a file.
first_line() {
  for _ in $(seq 300); do
    if [ "$(wc -l <"$1")" -gt 0 ]; then
      head -n 1 "$1"
      return
    fi
    sleep 0.1
  done
  echo "error: nothing in $1" >&2
  return 1
}

echo '== quic-go asks xrbench'
node dist/cli/main.js quic-perf serve --listen 127.0.0.1:0 --json >"$work/ours" &
pids+=($!)
read -r port fingerprint < <(first_line "$work/ours" | node -e '
  const { port, fingerprint } = JSON.parse(require("node:fs").readFileSync(0, "utf8"))
  console.log(port, fingerprint)')
"$work/quic-go-perf" ask "$port" "$fingerprint"
kill -INT "${pids[0]}"

echo '== xrbench asks quic-go'
"$work/quic-go-perf" serve >"$work/theirs" &
pids+=($!)
read -r port fingerprint < <(first_line "$work/theirs")
ask() { node dist/cli/main.js quic-perf run "127.0.0.1:$port" --fingerprint "$fingerprint" "$@"; }
ask --upload 8 --download 0 --requests 100
ask --duration 2s
ask --concurrency 100 --requests 5000
ask --upload 50M --download 0 --requests 1
ask --upload 8 --download 100M --requests 1
ask --download endless --duration 2s
