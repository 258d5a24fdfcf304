import {
  maxWithLoss,
  meanWithLoss,
  percentileWithLoss,
} from '../../results/histogram/percentile-with-loss.js'
import { PERCENTILES, type Timed } from '../../results/schema/measures.js'
import type { Repetition } from '../../results/schema/schema.js'

/** A figure, by the name it has in every format, with its unit; `1`: a number. Infinite: among what was lost. */
export type ExportedValue = readonly [
  metric: string,
  unit: string,
  value: number | null | undefined,
]

/** What a repetition was measured to, in the order of a table; what it has not is left without a value. */
export function valuesOf({
  durationNs,
  messages,
  bytes,
  latency,
  throughput,
  loss,
  cpu,
  histograms,
}: Repetition): ExportedValue[] {
  return [
    ['duration', 'ns', durationNs],
    ['messages', '1', messages],
    ['bytes', 'B', bytes],
    ['samples', '1', latency?.count],
    ['min', 'ns', latency?.minNs],
    ['mean', 'ns', latency && meanWithLoss(latency)],
    ...PERCENTILES.map(
      ({ key }): ExportedValue => [key, 'ns', latency && percentileWithLoss(latency, key)],
    ),
    ['max', 'ns', latency && maxWithLoss(latency)],
    ...ofArrived(latency),
    ...Object.entries(histograms ?? {}).flatMap(([name, timed]) => ofNamed(name, timed)),
    ['goodput', 'bit/s', throughput?.goodputBitsPerSec],
    ['message_rate', '1/s', throughput?.messagesPerSec],
    ['sent', '1', loss?.sent],
    ['lost', '1', loss?.lost],
    ['reordered', '1', loss?.reordered],
    ['duplicates', '1', loss?.duplicates],
    ['cpu_client', 'ns/message', cpu.client?.perMessageNs],
    ['cpu_server', 'ns/message', cpu.server?.perMessageNs],
  ]
}

/** Where something was lost, the same over what came back. */
function ofArrived(latency: Repetition['latency']): ExportedValue[] {
  if (!latency?.percentilesWithLoss) return []
  return [
    ...PERCENTILES.map(
      ({ key }): ExportedValue => [`${key}_arrived`, 'ns', latency.percentiles[key]],
    ),
    ['max_arrived', 'ns', latency.maxNs],
    ['mean_arrived', 'ns', latency.meanNs],
  ]
}

/** What is timed besides the latency has its name before each of its values: `handshake_p99`. */
function ofNamed(name: string, timed: Timed): ExportedValue[] {
  return [
    [`${name}_samples`, '1', timed.count],
    [`${name}_min`, 'ns', timed.minNs],
    [`${name}_mean`, 'ns', timed.meanNs],
    ...PERCENTILES.map(
      ({ key }): ExportedValue => [`${name}_${key}`, 'ns', timed.percentiles[key]],
    ),
    [`${name}_max`, 'ns', timed.maxNs],
  ]
}
