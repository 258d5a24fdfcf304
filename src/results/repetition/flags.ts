import type { Case } from '../../plan/case.js'
import { ENDINGS, type Flag, sortFlags } from '../schema/flag-names.js'
import type { Cpu, Environment, Repetition, Summary } from '../schema/schema.js'
import { flaggedOf } from './completed.js'
import { intervalRates } from './intervals.js'
import { sendsFragments } from './ip-fragments.js'
import type { RepetitionReport } from './report.js'
import { beginsUnsteadily } from './steadiness.js'
import { countsMoreThanSent } from './strangers.js'

const MAX_DRIFT_PPM = 50
/** A clock step above this part of the median is visible in it. */
const MAX_STEP_OF_MEDIAN = 0.05
/** Of one CPU. Sleeping waits that leave less than this idle were limited by it. */
const SATURATED = 0.95
/** Of one CPU, over a run that is longer than its measured phase. */
const SATURATED_BY_SOFTIRQ = 0.9
/** Of a measuring thread's time. How often it was pushed off says little: a thread that sleeps waits without a switch. */
const MAX_RUN_DELAY = 0.02
/** What is seen of it comes in steps of 10 ms. */
const MAX_STANDSTILL_NS = 100e6
const MIN_REPETITIONS = 3
/** Of the load that was offered. */
const MIN_ACHIEVED = 0.99
/** What a sender at a rate hands over at once, at least a message (native/workload/stream.h). */
const BURST_NS = 100_000
/** Of a machine that is never wholly quiet some repetition has these: a case has them from half of its repetitions on. */
const COMES_AND_GOES: readonly Flag[] = ['warmup-unsteady', 'harness-overload', 'cpu-saturated']

/** What one repetition measured, before its flags are known. */
export type Unflagged = Omit<Repetition, 'flags'>

/** What makes one repetition doubtful; `onLoopback`: both ends share one machine; `sharedNs`: how long all directions were under way. */
export function flagsOfRepetition(
  c: Case,
  repetition: Unflagged,
  report: RepetitionReport,
  { onLoopback, sharedNs }: { onLoopback: boolean; sharedNs: number },
): Flag[] {
  const flags = new Set<Flag>()
  const when = (condition: boolean, flag: Flag) => condition && flags.add(flag)
  const cpus = [repetition.cpu.client, repetition.cpu.server].filter((cpu) => cpu !== null)

  when(onLoopback, 'loopback')
  when(report.isShared === true, 'shared-agent')
  when(report.negotiated !== undefined, 'clamped')
  when(repetition.status === 'aborted', 'aborted')
  when(repetition.status === 'failed', 'failed')
  when((repetition.loss?.lost ?? 0) > 0, 'loss')
  when(hadStrangers(repetition), 'strangers')
  when(countsMoreThanSent(c, report, repetition), 'more-than-sent')
  when(hasNothing(repetition), 'nothing-arrived')
  when(isStarved(repetition), 'starved-links')
  when(sendsFragments(c, report), 'ip-fragments')
  when(c.parameters.socket.mptcp && someEnd(report, 'multipath'), 'mptcp-fallback')
  when(c.parameters.wait === 'busy-poll' && someEnd(report, 'pollsDevice'), 'nothing-to-poll')
  when(isBelowRate(c, repetition), 'below-rate')
  when((repetition.latency?.overflow ?? 0) > 0, 'overflow')
  when(isUnsteady(repetition, sharedNs), 'warmup-unsteady')
  when(lacksPercentiles(repetition.latency), 'too-few-samples')
  when(hasUnstableClock(repetition), 'clock-unstable')
  when(isLimitedByCpu(c, repetition, report), 'cpu-saturated')
  when(cpus.some(isSaturatedBySoftirq), 'cpu-saturated')
  when(cpus.some(isPushedOff), 'harness-overload')
  when(
    cpus.some((cpu) => cpu.pinnedCpus.length === 0),
    'unpinned',
  )
  when(onLoopback && sharesCpus(report), 'shared-cpu')
  when(c.parameters.quic?.nullCrypto === true, 'null-crypto')
  when(c.parameters.tls?.handshake === '0rtt' && lostEarlyData(repetition), 'early-data-refused')
  when((report.standstillNs ?? 0) > MAX_STANDSTILL_NS, 'suspended')
  when(isSanitized(report), 'sanitizer-build')
  return sortFlags(flags)
}

/**
 * What makes a case doubtful: the flags of the repetitions that its figures are of, how the others ended, and what only shows in all of them together.
 */
export function flagsOfCase(repetitions: readonly Repetition[], summary: Summary | null): Flag[] {
  const flagged = flaggedOf(repetitions)
  const all = flagged.flatMap((repetition) => repetition.flags)
  const flags = new Set(
    all.filter((flag) => {
      const often = all.filter((one) => one === flag).length
      return !COMES_AND_GOES.includes(flag) || 2 * often >= flagged.length
    }),
  )
  for (const flag of ENDINGS)
    if (repetitions.some((repetition) => repetition.flags.includes(flag))) flags.add(flag)
  // Merged, the repetitions may have the samples that each of them lacks.
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

/** Not of too few intervals to say, however the warm-up ended; and as long as both directions were under way, for one goes faster alone. */
function isUnsteady({ intervals }: Pick<Unflagged, 'intervals'>, sharedNs: number): boolean {
  const shared = intervals.filter(({ startNs, durationNs }) => startNs + durationNs / 2 < sharedNs)
  return beginsUnsteadily(intervalRates(shared)) ?? false
}

/** A thread that was kept from its CPU would have used it: without that part the share flickers with every disturbance. */
function isSaturated({ demand, busiestThread }: Pick<Cpu, 'demand' | 'busiestThread'>) {
  return (demand ?? busiestThread ?? 0) > SATURATED
}

/** An end that is to poll uses a whole CPU whatever it could: a spinning thread, and one whose kernel polls the device for it. */
function isLimitedByCpu({ parameters }: Case, { cpu }: Unflagged, report: RepetitionReport) {
  if (parameters.wait === 'spin') return false
  return (['client', 'server'] as const).some((end) => {
    const isPolling =
      parameters.wait === 'busy-poll' && report[end].outcome?.effective.pollsDevice === true
    const own = cpu[end]
    return !isPolling && own !== null && isSaturated(own)
  })
}

function isSaturatedBySoftirq({ mostSoftirq }: Cpu): boolean {
  return (mostSoftirq ?? 0) > SATURATED_BY_SOFTIRQ
}

export function isPushedOff({ mostRunDelay }: Pick<Cpu, 'mostRunDelay'>): boolean {
  return (mostRunDelay ?? 0) > MAX_RUN_DELAY
}

/** On one machine: two measuring threads on one CPU, or fewer CPUs than threads. */
function sharesCpus({ client, server }: RepetitionReport): boolean {
  const links = [...(client.outcome?.links ?? []), ...(server.outcome?.links ?? [])]
  const pinned = links.flatMap((link) => link.pinnedCpu ?? [])
  const available = Math.max(client.availableCpus, server.availableCpus)
  return new Set(pinned).size < pinned.length || links.length > available
}

/** Not of one that was cut short or failed: that says why. */
function hasNothing({ status, messages, bytes }: Unflagged): boolean {
  return status === 'completed' && !messages && !bytes
}

function hadStrangers({ strangers }: Unflagged): boolean {
  return Math.max(strangers?.client ?? 0, strangers?.server ?? 0) > 0
}

/** Some, and not all, which is nothing at all. */
function isStarved({ starvedLinks, bytes }: Unflagged): boolean {
  return (starvedLinks ?? 0) > 0 && !!bytes
}

/** Whether something that the path or the peer decides on was not granted at an end. */
function someEnd({ client, server }: RepetitionReport, wish: 'multipath' | 'pollsDevice'): boolean {
  return [client, server].some(({ outcome }) => outcome?.effective[wish] === false)
}

/** Of a burst on the edge of the window nobody can say that it was missing. */
function isBelowRate({ parameters: p }: Case, { load, durationNs }: Unflagged): boolean {
  if (load == null || load.achievedBitsPerSec === null || !durationNs) return false
  const { offeredBitsPerSec: offered, achievedBitsPerSec: achieved } = load
  const links = p.streams * (offered / p.rateBitsPerSec)
  const share = p.rateBitsPerSec / p.streams
  // Between two messages nobody can say that one was missing.
  if (p.messageSizeBytes * 8e9 >= share * durationNs) return false
  const burstBits = Math.max(p.messageSizeBytes * 8, (share * BURST_NS) / 1e9)
  // Where that would be most of what was offered, half of it is held against the senders still.
  const onEdges = Math.min((links * burstBits * 1e9) / durationNs, offered / 2)
  return achieved + onEdges < MIN_ACHIEVED * offered
}

function lostEarlyData({ connects }: Unflagged): boolean {
  return connects != null && connects.earlyData < connects.made
}

function isSanitized({ client, server }: RepetitionReport): boolean {
  return [client, server].some((end) => (end.build?.sanitizer ?? null) !== null)
}
