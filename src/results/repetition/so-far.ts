import type { LinkOutcome, Mark } from '../../addon/addon.js'
import type { Case } from '../../plan/case.js'
import type { MeasuredLink } from './measured-links.js'
import type { RepetitionReport, SoFar } from './report.js'

type End = 'client' | 'server'

/**
 * What an end said on the way that could not report afterwards, as one link in each direction of which it decides. Of latencies, of losses by kind and of
 * CPU it knows nothing.
 */
export function linksSoFar(c: Case, report: RepetitionReport): MeasuredLink[] {
  return (['client', 'server'] as const).flatMap((end) => {
    const soFar = report[end].outcome === null ? (report.soFar?.[end] ?? null) : null
    return soFar === null || soFar.durationNs === 0 ? [] : linkOf(c, end, soFar)
  })
}

function linkOf({ workload, parameters }: Case, end: End, soFar: SoFar): MeasuredLink[] {
  const isStream = workload === 'stream'
  const direction = isStream && end === 'client' ? 'down' : 'up'
  const isDecided = isStream
    ? parameters.direction === direction || parameters.direction === 'both'
    : end === 'client'
  if (!isDecided) return []
  const { durationNs, ...done } = soFar
  const marks = [markOf(0, {}), markOf(durationNs, done)] as const
  const decider: LinkOutcome = {
    role: isStream ? 'receiver' : 'initiator',
    sendUnits: null,
    pinnedCpu: null,
    warmup: null,
    marks: [...marks],
    latency: null,
    intervalLatencies: [],
    connects: null,
    scheduling: null,
    cpuKhz: null,
  }
  const window = { first: marks[0], last: marks[1] }
  return [{ direction, decider, window, deciderEnd: end, server: null }]
}

function markOf(timeNs: number, done: Partial<Mark>): Mark {
  return {
    timeNs,
    messages: 0,
    bytes: 0,
    lost: 0,
    duplicates: 0,
    reordered: 0,
    late: 0,
    localDrops: 0,
    forgivenBytes: 0,
    cpuUserNs: 0,
    cpuSystemNs: 0,
    voluntaryContextSwitches: 0,
    involuntaryContextSwitches: 0,
    ...done,
  }
}
