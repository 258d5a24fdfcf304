import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, loadavg, release } from 'node:os'

/** What the figures were taken on: enough to see whether two files may be held against each other. */
export function describeMachine() {
  return {
    kernel: release(),
    cpu: cpus()[0]?.model ?? null,
    cpuCount: cpus().length,
    tcpCongestionControl: readFact('/proc/sys/net/ipv4/tcp_congestion_control'),
    clockSource: readFact('/sys/devices/system/clocksource/clocksource0/current_clocksource'),
    loadAverage: loadavg()[0] ?? null,
    node: process.version,
    compiler: firstLine(['gcc', '--version']),
    sockperf: firstLine(['sockperf', '--version']),
    iperf3: firstLine(['iperf3', '--version']),
    perftest: firstLine(['ib_send_lat', '--version']),
    ngtcp2: packageVersion('ngtcp2-client'),
    quiche: npmVersion(`@infisical/quic-${process.platform}-${process.arch}`),
    quicGo: packageVersion('golang-github-lucas-clemente-quic-go-dev'),
    gnutls: packageVersion('libgnutls30'),
    openssl: firstLine(['openssl', 'version']),
  }
}

/** @param {string} path */
function readFact(path) {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return null
  }
}

/** @param {string[]} commandLine */
function firstLine([command = '', ...args]) {
  const { stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: 5_000 })
  return stdout?.trim().split('\n')[0] || null
}

/** Of the package that holds a stack. @param {string} name */
function npmVersion(name) {
  const text = readFact(`node_modules/${name}/package.json`)
  return text === null ? null : `${name} ${JSON.parse(text).version}`
}

/** A program that does not tell its version: that of its package. @param {string} name */
const packageVersion = (name) => firstLine(['dpkg-query', '-W', '-f', `\${Version}`, name])
