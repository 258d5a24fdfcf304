import type { Case } from '../plan/case.js'
import type { RepetitionReport } from '../session/types.js'
import { type Flag, sortFlags } from './flag-names.js'
import type { Cpu, Environment, Repetition, Summary } from './schema.js'

const MAX_DRIFT_PPM = 50
/** A clock step above this part of the median is visible in it. */
const MAX_STEP_OF_MEDIAN = 0.05
/** Of one CPU. Sleeping waits that leave less than this idle were limited by it. */
const SATURATED = 0.95
/** Of one measuring thread. A scheduler tick that finds nobody else waiting does not count as one. */
const MAX_INVOLUNTARY_SWITCHES_PER_SEC = 50
const MIN_REPETITIONS = 3
const IPV4_AND_UDP_BYTES = 28
const IPV6_AND_UDP_BYTES = 48

/** What one repetition measured, before its flags are known. */
export type Unflagged = Omit<Repetition, 'flags'>

/** What makes one repetition doubtful; `onLoopback`: both ends share one machine. */
export function flagsOfRepetition(
  c: Case,
  repetition: Unflagged,
  report: RepetitionReport,
  onLoopback: boolean,
): Flag[] {
  const flags = new Set<Flag>()
  const when = (condition: boolean, flag: Flag) => condition && flags.add(flag)
  const cpus = [repetition.cpu.client, repetition.cpu.server].filter((cpu) => cpu !== null)

  when(onLoopback, 'loopback')
  when(repetition.status === 'aborted', 'aborted')
  when(repetition.status === 'failed', 'failed')
  when((repetition.loss?.lost ?? 0) > 0, 'loss')
  when(sendsFragments(c, report), 'ip-fragments')
  when((repetition.latency?.overflow ?? 0) > 0, 'overflow')
  when(repetition.warmup?.ended === 'cap', 'warmup-unsteady')
  when(lacksPercentiles(repetition.latency), 'too-few-samples')
  when(hasUnstableClock(repetition), 'clock-unstable')
  when(c.parameters.wait === 'block' && cpus.some(isSaturated), 'cpu-saturated')
  when(cpus.some(isPushedOff), 'harness-overload')
  when(
    cpus.some((cpu) => cpu.pinnedCpus.length === 0),
    'unpinned',
  )
  when(onLoopback && sharesCpus(report), 'shared-cpu')
  when(c.parameters.quic?.nullCrypto === true, 'null-crypto')
  when(c.parameters.tls?.handshake === '0rtt' && lostEarlyData(repetition), 'early-data-refused')
  when(isSanitized(report), 'sanitizer-build')
  return sortFlags(flags)
}

/** What makes a case doubtful: the flags of its repetitions, and what only shows in all of them together. */
export function flagsOfCase(repetitions: readonly Repetition[], summary: Summary | null): Flag[] {
  // Merged, the repetitions may have the samples that each of them lacks.
  const flags = new Set(repetitions.flatMap((repetition) => repetition.flags))
  flags.delete('too-few-samples')
  if (lacksPercentiles(summary?.latency ?? null)) flags.add('too-few-samples')
  if (summary !== null && summary.repetitions < MIN_REPETITIONS) flags.add('few-repetitions')
  return sortFlags(flags)
}

/** What the machines themselves make doubtful. */
export function flagsOfEnvironments(ends: readonly Environment[]): Flag[] {
  const flags = new Set<Flag>()
  for (const { cpu, virtualisation, limits } of ends) {
    if (virtualisation.emulatedCpu === true) flags.add('emulated-cpu')
    if (virtualisation.hypervisor === true) flags.add('virtual-machine')
    if (cpu.governors?.some((governor) => governor !== 'performance')) flags.add('governor')
    const cpus = limits.allowedCpuCount ?? cpu.logicalCpus
    if (limits.cpuQuota !== null && limits.cpuQuota < cpus) flags.add('throttled')
  }
  return sortFlags(flags)
}

function lacksPercentiles(latency: Repetition['latency']): boolean {
  return latency !== null && (latency.percentiles.p50 === null || latency.percentiles.p99 === null)
}

function hasUnstableClock({ clock, latency }: Unflagged): boolean {
  const drifts = [clock.client, clock.server].some(
    (end) => Math.abs(end?.driftPpm ?? 0) > MAX_DRIFT_PPM,
  )
  const median = latency?.percentiles.p50 ?? null
  const step = clock.client?.resolutionNs ?? 0
  return drifts || (median !== null && step > median * MAX_STEP_OF_MEDIAN)
}

function isSaturated(cpu: Cpu): boolean {
  return (cpu.busiestThread ?? 0) > SATURATED
}

function isPushedOff(cpu: Cpu): boolean {
  const threadSeconds = (cpu.windowNs / 1e9) * cpu.threads
  return cpu.involuntaryContextSwitches > threadSeconds * MAX_INVOLUNTARY_SWITCHES_PER_SEC
}

/** On one machine: two measuring threads on one CPU, or fewer CPUs than threads. */
function sharesCpus({ client, server }: RepetitionReport): boolean {
  const links = [...(client.outcome?.links ?? []), ...(server.outcome?.links ?? [])]
  const pinned = links.flatMap((link) => link.pinnedCpu ?? [])
  const available = Math.max(client.availableCpus, server.availableCpus)
  return new Set(pinned).size < pinned.length || links.length > available
}

/** UDP alone: TCP cuts its segments to the path, and QUIC its packets. */
function sendsFragments(c: Case, { client, server }: RepetitionReport): boolean {
  if (c.transport !== 'udp') return false
  const size = c.parameters.messageSizeBytes
  return [client, server].some(({ outcome }) => {
    const { localAddress, pathMtuBytes } = outcome?.effective ?? {}
    const headers = localAddress?.includes(':') ? IPV6_AND_UDP_BYTES : IPV4_AND_UDP_BYTES
    const sends = outcome?.links.some(({ role }) => role !== 'receiver') ?? false
    return sends && pathMtuBytes != null && size + headers > pathMtuBytes
  })
}

function lostEarlyData({ connects }: Unflagged): boolean {
  return connects != null && connects.earlyData < connects.made
}

function isSanitized({ client, server }: RepetitionReport): boolean {
  return [client, server].some((end) => (end.build?.sanitizer ?? null) !== null)
}
