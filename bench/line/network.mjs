import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** Addresses of the two ends. */
export const NEAR = '10.79.0.1'
export const FAR = '10.79.3.2'

const SCRIPT = (rate, limit) => `
set -e
hold='echo $$; exec sleep infinity'
unshare --net sh -c "$hold" | {
  read -r ROUTER
  unshare --net sh -c "$hold" | {
    read -r FAR
    router() { nsenter --target "$ROUTER" --net "$@"; }
    far() { nsenter --target "$FAR" --net "$@"; }
    ip link add line0 type veth peer name left
    ip link set left netns "$ROUTER"
    router ip link add right type veth peer name line1
    router ip link set line1 netns "$FAR"
    ip addr add ${NEAR}/24 dev line0
    router ip addr add 10.79.0.254/24 dev left
    router ip addr add 10.79.3.254/24 dev right
    far ip addr add ${FAR}/24 dev line1
    ip link set lo up; ip link set line0 up
    router ip link set left up; router ip link set right up
    far ip link set lo up; far ip link set line1 up
    ip route add 10.79.3.0/24 via 10.79.0.254
    far ip route add 10.79.0.0/24 via 10.79.3.254
    router sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
    # Whatever this machine uses: BBR does not yield to losses, and sixty-four of it keep the queue full of holes. Reno may be chosen everywhere.
    echo reno >/proc/sys/net/ipv4/tcp_congestion_control
    far sh -c 'echo reno >/proc/sys/net/ipv4/tcp_congestion_control'
    router tc qdisc add dev left root tbf rate ${rate} burst 16k limit ${limit}
    router tc qdisc add dev right root tbf rate ${rate} burst 16k limit ${limit}
    echo "$$ $FAR"
    cat
  }
}
`

const UNSHARE = ['unshare', ...(process.getuid() === 0 ? [] : ['--map-root-user']), '--net']

/**
 * Two network namespaces and a router between them, which sends with a token bucket both ways (tc-tbf(8)). Not the ends themselves: a socket is told what
 * its own device drops, takes that for want of memory (15 probes, then ETIMEDOUT), and of 64 some never get a packet out.
 */
export async function shapedLine(rate, limit = '250k') {
  const [command, ...args] = UNSHARE
  const holder = spawn(command, [...args, 'sh', '-c', SCRIPT(rate, limit)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
  const first = await createInterface({ input: holder.stdout })[Symbol.asyncIterator]().next()
  if (first.done) throw new Error('there can be no shaped line here: it takes root, veth and tbf')
  const [near, far] = first.value.split(' ')
  const wrapper = (id) => {
    const user = process.getuid() === 0 ? [] : ['--user', '--preserve-credentials']
    return ['nsenter', '--target', id, ...user, '--net', '--']
  }
  return {
    near: wrapper(near),
    far: wrapper(far),
    close: async () => {
      const closed = once(holder, 'close')
      process.kill(-holder.pid, 'SIGKILL')
      await closed
    },
  }
}

/** Bytes that the device of an end has received, as its kernel counts them, every few milliseconds until `stop`. */
export function watchDevice(wrapper, device) {
  const source = `
    const { readFileSync } = require('node:fs')
    setInterval(() => {
      const line = readFileSync('/proc/self/net/dev', 'utf8').split('\\n').find((l) => l.trim().startsWith('${device}:'))
      console.log(process.hrtime.bigint() + ' ' + line.split(':')[1].trim().split(/ +/)[0])
    }, 20)`
  const [command, ...args] = wrapper
  const child = spawn(command, [...args, process.execPath, '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const samples = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [ns, bytes] = line.split(' ').map(Number)
    samples.push({ ns, bytes })
  })
  return {
    samples,
    stop: async () => {
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}

/** Most bytes that came in any stretch of `lengthNs`. */
export function mostWithin(samples, lengthNs) {
  let most = 0
  for (let from = 0, to = 0; to < samples.length; to++) {
    while (samples[to].ns - samples[from + 1]?.ns >= lengthNs) from++
    most = Math.max(most, samples[to].bytes - samples[from].bytes)
  }
  return most
}

export function canShape() {
  const [command, ...args] = UNSHARE
  const script =
    'ip link add line0 type veth peer name line1 && tc qdisc add dev line0 root tbf rate 50mbit burst 16k limit 1m'
  return spawnSync(command, [...args, 'sh', '-c', script]).status === 0
}
