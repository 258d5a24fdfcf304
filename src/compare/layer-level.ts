import { percentileWithLoss } from '../results/histogram/percentile-with-loss.js'
import type { CaseResult } from '../results/schema/schema.js'

/** What a case takes, as its row of the table says: p50 of a round trip, ns; of a stream the CPU time of both ends for a byte, ns. `null` without it. */
export function levelOf({ workload, summary, parameters }: CaseResult): number | null {
  if (summary === null) return null
  const { latency, spread } = summary
  if (workload === 'ping-pong') {
    const p50 = latency && percentileWithLoss(latency, 'p50')
    return p50 === null || !Number.isFinite(p50) ? null : p50
  }
  const { client, server } = spread.cpuPerMessageNs
  if (client === null || server === null) return null
  return (client.median + server.median) / parameters.requested.messageSizeBytes
}
