import type { WorkloadName } from '../../addon/addon.js'
import type { TransportName } from '../../plan/case.js'
import type { EndReport } from '../../results/repetition/report.js'

/** What this end knows of a repetition that is over. */
export interface Measured {
  transport: TransportName
  workload: WorkloadName
  status: 'completed' | 'stopped' | 'peer-closed' | 'failed'
  /** Of all links of this end, in the measured phase. */
  messages: number
  bytes: number
  seconds: number
}

export function measuredOf(
  { transport, workload }: Pick<Measured, 'transport' | 'workload'>,
  { outcome }: EndReport,
): Measured {
  const phases = (outcome?.links ?? []).flatMap(({ marks }) => {
    const [first, last] = [marks[0], marks.at(-1)]
    return first === undefined || last === undefined ? [] : [{ first, last }]
  })
  const sum = (what: 'messages' | 'bytes') =>
    phases.reduce((all, { first, last }) => all + last[what] - first[what], 0)
  const lengths = phases.map(({ first, last }) => last.timeNs - first.timeNs)
  return {
    transport,
    workload,
    status: outcome?.status ?? 'failed',
    messages: sum('messages'),
    bytes: sum('bytes'),
    seconds: Math.max(0, ...lengths) / 1e9,
  }
}
