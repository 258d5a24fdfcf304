import type { WorkloadName } from '../../addon/addon.js'
import type { TransportName } from '../../plan/case.js'
import type { EndReport, SoFar } from '../../results/repetition/report.js'
import { wholeWindow } from '../../results/repetition/window.js'

/** What this end knows of a repetition that is over, however it ended. */
export interface MeasuredEnd {
  /** By which it was measured. */
  transport: TransportName
  /** What was measured. */
  workload: WorkloadName
  /** How this end came to its end. */
  status: 'completed' | 'stopped' | 'peer-closed' | 'failed'
  /** Of all links of this end, in the measured phase. */
  messages: number
  /** Payload of those. */
  bytes: number
  /** Length of the measured phase. */
  seconds: number
}

/** Whether anything was: it ran to its end, or some messages of it, or connections, were there. */
export function hasMeasured({ outcome }: EndReport): boolean {
  if (outcome === null) return false
  const has = ({ marks, connects }: (typeof outcome.links)[number]) =>
    (marks.at(-1)?.messages ?? 0) > 0 || (connects?.made ?? 0) > 0
  return outcome.status === 'completed' || outcome.links.some(has)
}

/** @param soFar what is left of one whose process died before it could tell */
export function measuredOf(
  { transport, workload }: Pick<MeasuredEnd, 'transport' | 'workload'>,
  { outcome }: Pick<EndReport, 'outcome'>,
  soFar: SoFar | null,
): MeasuredEnd {
  if (outcome === null) return { transport, workload, status: 'failed', ...leftOf(soFar) }
  const phases = outcome.links.flatMap((link) => wholeWindow(link) ?? [])
  const sum = (what: 'messages' | 'bytes') =>
    phases.reduce((all, { first, last }) => all + last[what] - first[what], 0)
  const lengths = phases.map(({ first, last }) => last.timeNs - first.timeNs)
  return {
    transport,
    workload,
    status: outcome.status,
    messages: sum('messages'),
    bytes: sum('bytes'),
    seconds: Math.max(0, ...lengths) / 1e9,
  }
}

function leftOf(soFar: SoFar | null): Pick<MeasuredEnd, 'messages' | 'bytes' | 'seconds'> {
  const { messages, bytes, durationNs } = soFar ?? { messages: 0, bytes: 0, durationNs: 0 }
  return { messages, bytes, seconds: durationNs / 1e9 }
}
