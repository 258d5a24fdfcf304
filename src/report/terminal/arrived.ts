import { caseName } from '../../results/document/case-name.js'
import { percentileWithLoss } from '../../results/histogram/percentile-with-loss.js'
import type { CaseResult, PercentileKey } from '../../results/schema/schema.js'
import { time } from '../words/quantity.js'
import { wrap } from './text.js'

const SHOWN: [PercentileKey, string][] = [
  ['p50', 'p50'],
  ['p99', 'p99'],
  ['p999', 'p99.9'],
]

/** Of rows that lost something, the percentiles of what came back where those are shown as other ones: both are true, of other messages. */
export function arrivedLines(cases: readonly CaseResult[], width: number): string[] {
  return cases.flatMap((one) => {
    const latency = one.summary?.latency
    if (!latency || latency.percentilesWithLoss === null) return []
    const words = SHOWN.flatMap(([key, title]) => {
      const arrived = time(latency.percentiles[key])
      return arrived === time(percentileWithLoss(latency, key)) ? [] : [`${title} ${arrived}`]
    })
    const max = `max ${time(latency.maxNs)}`
    return wrap(`${caseName(one)}, of what came back: ${[...words, max].join(', ')}.`, width, 2)
  })
}
