import type { Addon, ClockReport } from '../addon/addon.js'
import { isQuic, isWithinMachine } from '../plan/transports.js'
import type { Environment } from '../results/schema/schema.js'
import { automaticCpus } from '../session/endpoint/cpus.js'
import type { Capability } from '../transports/capabilities.js'
import { formatSize } from '../units.js'

/** One thing that was looked at on this machine. */
export interface Check {
  /** What: a transport, a way to an RDMA device, a part of the lab, a setting of the machine. Stable. */
  readonly name: string
  /** `ok`; `no`: cannot be measured or used; `doubt`: results will be doubtful; `unknown`: this machine does not tell. */
  readonly state: 'ok' | 'doubt' | 'no' | 'unknown'
  /** What was found, for people. */
  readonly finding: string
  /** One thing to do about it, which can be pasted; `null`: nothing has to be done, or nothing can. */
  readonly hint: string | null
}

/** Buffers below this limit a stream over a path of 1 Gbit/s and 30 ms. */
const USEFUL_BUFFER_BYTES = 4 * 1024 * 1024

/** A network device of this machine, as far as what fits it goes. */
export interface LinkMtu {
  readonly name: string
  readonly mtuBytes: number
}

/** RFC 9000 section 14: 1,200 B of UDP payload, with the headers of UDP and IPv4. */
const QUIC_MTU_BYTES = 1200 + 8 + 20

/**
 * @param rdmaWay the first way to an RDMA device that is open, in words; `null`: none
 * @param links the devices that have an address
 */
export function transportCheck(
  capability: Capability,
  hasIpv6: boolean,
  rdmaWay: string | null,
  links: readonly LinkMtu[] = [],
): Check {
  const name = capability.transport
  if (name === 'rdma' && rdmaWay !== null) return ok(name, `can be measured ${rdmaWay}`)
  const narrow = links.filter(({ mtuBytes }) => mtuBytes < QUIC_MTU_BYTES)
  if (capability.available && isQuic(name) && narrow.length > 0) {
    const which = narrow.map((link) => `${link.name} (MTU ${link.mtuBytes} B)`).join(', ')
    return doubt(
      name,
      `can be measured, but not over ${which}: QUIC needs ${QUIC_MTU_BYTES} B`,
      `sudo ip link set ${narrow[0]?.name} mtu ${QUIC_MTU_BYTES}, or --transport tcp`,
    )
  }
  if (capability.available && isWithinMachine(name))
    return ok(name, 'can be measured: ping-pong and stream, between two processes of this machine')
  const families = hasIpv6 ? 'IPv4 and IPv6' : 'IPv4 (this machine has no IPv6 address)'
  return capability.available
    ? ok(name, `can be measured: ping-pong and stream, ${families}`)
    : { name, state: 'no', finding: capability.reason, hint: capability.hint }
}

export function addonCheck(build: Addon['build']): Check {
  const { version, compiler, sanitizer } = build
  if (sanitizer === null) return ok('addon', `version ${version}, built by ${compiler}`)
  return doubt(
    'addon',
    `built with the ${sanitizer} sanitizer: several times slower`,
    'npm run build',
  )
}

export function clockCheck(clock: ClockReport): Check {
  const name = clock.source === 'tsc' ? 'invariant TSC' : 'CLOCK_MONOTONIC_RAW'
  const finding = `${name}: a reading costs ${clock.readingCostNs.toFixed(0)} ns, the smallest step is ${clock.resolutionNs.toFixed(0)} ns`
  if (clock.readingCostNs <= 200 && clock.resolutionNs <= 1000) return ok('clock', finding)
  return doubt(
    'clock',
    finding,
    'let the kernel use the TSC: cat /sys/devices/system/clocksource/clocksource0/available_clocksource',
  )
}

export function cpuCheck(allowed: readonly number[]): Check {
  const [client] = automaticCpus('client', 1, allowed)
  const [server] = automaticCpus('server', 1, allowed)
  if (client === undefined || server === undefined) {
    return doubt(
      'cpus',
      'only one CPU may be used: both ends have to share it, and are not pinned',
      'give it two CPUs: taskset -c 0,1 xrbench run',
    )
  }
  return ok(
    'cpus',
    `${allowed.length} may be used; pin auto puts the client on CPU ${client}, the server on CPU ${server}`,
  )
}

/** What the captured environment says of how far results can be trusted here. */
export function environmentChecks(environment: Environment): Check[] {
  return [
    governorCheck(environment.cpu.governors),
    virtualisationCheck(environment.virtualisation),
    memlockCheck(environment.limits.lockedMemoryBytes),
    bufferCheck('receive buffer', 'net.core.rmem_max', environment.sysctls),
    bufferCheck('send buffer', 'net.core.wmem_max', environment.sysctls),
  ]
}

function governorCheck(governors: readonly string[] | null): Check {
  if (governors === null || governors.length === 0) {
    return unknown('governor', 'CPU frequency is not controlled from within this machine')
  }
  const finding = governors.join(', ')
  if (governors.every((governor) => governor === 'performance')) return ok('governor', finding)
  return doubt(
    'governor',
    `${finding}: CPU frequency may change during a run`,
    'sudo cpupower frequency-set -g performance',
  )
}

function virtualisationCheck({ hypervisor, kind }: Environment['virtualisation']): Check {
  if (hypervisor === null) return unknown('hypervisor', 'not known')
  if (!hypervisor) return ok('hypervisor', 'none: this is the machine itself')
  return doubt('hypervisor', `${kind ?? 'yes'}: its host can delay a measurement unseen`, null)
}

function memlockCheck(bytes: number | null): Check {
  if (bytes === null) return ok('memlock', 'no limit on locked memory')
  if (bytes >= 64 * 1024 * 1024) return ok('memlock', `up to ${formatSize(bytes)} may be locked`)
  return {
    name: 'memlock',
    state: 'ok',
    finding: `up to ${formatSize(bytes)} may be locked: enough for sockets, RDMA needs more`,
    hint: 'ulimit -l unlimited',
  }
}

function bufferCheck(name: string, sysctl: string, sysctls: Environment['sysctls']): Check {
  const bytes = Number(sysctls[sysctl])
  if (!Number.isInteger(bytes)) return unknown(name, `${sysctl} cannot be read`)
  const finding = `at most ${formatSize(bytes)} (${sysctl})`
  if (bytes >= USEFUL_BUFFER_BYTES) return ok(name, finding)
  return doubt(
    name,
    `${finding}: UDP streams may lose messages here that no network lost`,
    `sudo sysctl -w ${sysctl}=${USEFUL_BUFFER_BYTES}`,
  )
}

function ok(name: string, finding: string): Check {
  return { name, state: 'ok', finding, hint: null }
}

function doubt(name: string, finding: string, hint: string | null): Check {
  return { name, state: 'doubt', finding, hint }
}

function unknown(name: string, finding: string): Check {
  return { name, state: 'unknown', finding, hint: null }
}
