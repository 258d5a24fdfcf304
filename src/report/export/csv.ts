import { type MeasuredCase, measuredCases, type Source } from '../../compare/source.js'
import {
  maxWithLoss,
  meanWithLoss,
  percentileWithLoss,
} from '../../results/histogram/percentile-with-loss.js'
import { PERCENTILES, type Timed } from '../../results/schema/measures.js'
import type { Repetition } from '../../results/schema/schema.js'

const HEAD = [
  'file',
  'case',
  'place',
  'variant',
  'transport',
  'workload',
  'size_bytes',
  'repetition',
  'order',
  'started_at',
  'status',
  'metric',
  'unit',
  'value',
]

/**
 * One line for each value of each repetition (RFC 4180, with line feeds), so that any tool can group and plot it. A text that a spreadsheet would
 * take for a formula has an apostrophe before it.
 */
export function exportCsv(sources: readonly Source[]): string {
  const lines = sources.flatMap((source) => measuredCases(source).flatMap(linesOf))
  return `${[HEAD, ...lines].map((cells) => cells.map(cell).join(',')).join('\n')}\n`
}

function linesOf({ source, case: c, place }: MeasuredCase): (string | number)[][] {
  return c.repetitions.flatMap((repetition) =>
    valuesOf(repetition).flatMap(([metric, unit, value]) => {
      if (value === null || value === undefined) return []
      const { index, order, startedAt, status } = repetition
      const size = c.parameters.requested.messageSizeBytes
      return [
        [
          source.file,
          c.key,
          place,
          c.variant ?? '',
          c.transport,
          c.workload,
          size,
          index,
          order,
          startedAt,
          status,
          metric,
          unit,
          value,
        ],
      ]
    }),
  )
}

type Value = [metric: string, unit: string, value: number | null | undefined]

function valuesOf({
  durationNs,
  messages,
  bytes,
  latency,
  throughput,
  loss,
  cpu,
  histograms,
}: Repetition): Value[] {
  return [
    ['duration', 'ns', durationNs],
    ['messages', '1', messages],
    ['bytes', 'B', bytes],
    ['samples', '1', latency?.count],
    ['min', 'ns', latency?.minNs],
    ['mean', 'ns', latency && meanWithLoss(latency)],
    ...PERCENTILES.map(
      ({ key }): Value => [key, 'ns', latency && percentileWithLoss(latency, key)],
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
function ofArrived(latency: Repetition['latency']): Value[] {
  if (!latency?.percentilesWithLoss) return []
  return [
    ...PERCENTILES.map(({ key }): Value => [`${key}_arrived`, 'ns', latency.percentiles[key]]),
    ['max_arrived', 'ns', latency.maxNs],
    ['mean_arrived', 'ns', latency.meanNs],
  ]
}

/** What is timed besides the latency has its name before each of its values: `handshake_p99`. */
function ofNamed(name: string, timed: Timed): Value[] {
  return [
    [`${name}_samples`, '1', timed.count],
    [`${name}_min`, 'ns', timed.minNs],
    [`${name}_mean`, 'ns', timed.meanNs],
    ...PERCENTILES.map(({ key }): Value => [`${name}_${key}`, 'ns', timed.percentiles[key]]),
    [`${name}_max`, 'ns', timed.maxNs],
  ]
}

/** With the full-width signs, which count as much where they are typed. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/

function cell(value: string | number): string {
  const text = typeof value === 'number' ? numberText(value) : value.replace(FORMULA, "'$&")
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function numberText(value: number): string {
  return value === Number.POSITIVE_INFINITY ? 'inf' : String(value)
}
