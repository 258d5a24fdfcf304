import { z } from 'zod'
import type { Mark, RawHistogram } from '../../addon/addon.js'
import { TRANSPORT_NAMES } from '../../plan/case.js'
import { highestEquivalent } from '../../results/histogram/buckets.js'
import { COUNTS_LENGTH } from '../../results/histogram/layout.js'
import type { EndReport, SoFar } from '../../results/repetition/report.js'
import { effectiveSchema, quicSettingsSchema } from '../../results/schema/granted.js'
import { clockSchema, tcpSchema } from '../../results/schema/measures.js'
import { listOf, recordOf, wholesOf } from './lists.js'
import { SENTENCE_MAX_CHARS } from './protocol.js'

/**
 * An end's report as it arrives in a frame, with plain arrays for typed ones. What goes into a result as it is has the schema that it has there, and what
 * is counted, timed or summed has the limits that a result has: no report that passes makes a document that is not valid.
 */

const count = z.int().min(0)
const ns = z.number().min(0)
/** That something is divided by. */
const wallNs = z.number().min(1)
const word = z.string().max(256)
const port = z.int().min(0).max(65_535)

const fault = z.strictObject({
  // Of the addon's own, for it is looked up in tables.
  code: z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/),
  op: z.string().max(64),
  errno: z.int(),
  message: z.string().max(SENTENCE_MAX_CHARS),
})

const mark = z.strictObject({
  timeNs: count,
  messages: count,
  bytes: count,
  lost: count,
  duplicates: count,
  reordered: count,
  late: count,
  localDrops: count,
  forgivenBytes: count,
  cpuUserNs: count,
  cpuSystemNs: count,
  voluntaryContextSwitches: count,
  involuntaryContextSwitches: count,
})

/** They take back what closes a gap, or is found to be lost elsewhere. */
const MAY_FALL: readonly string[] = ['lost', 'localDrops']
const RISING = Object.keys(mark.shape).filter((name) => !MAY_FALL.includes(name)) as Exclude<
  keyof Mark,
  'lost' | 'localDrops'
>[]

const marks = listOf(mark, 1024).refine(
  (all) => all.every((one, i) => RISING.every((name) => one[name] >= (all[i - 1]?.[name] ?? 0))),
  'counts that fall',
)

const histogram = z
  .strictObject({
    indices: wholesOf(COUNTS_LENGTH, COUNTS_LENGTH - 1).transform(
      (list): Int32Array => Int32Array.from(list),
    ),
    counts: wholesOf(COUNTS_LENGTH).transform((list): Float64Array => Float64Array.from(list)),
    count,
    overflow: count,
    minNs: count.nullable(),
    maxNs: count.nullable(),
    sumNs: ns,
  })
  .refine(addsUp, 'a histogram that does not add up')

/** More than any workload has. */
const MOST_HISTOGRAMS = 8
const histograms = recordOf(/^[a-z][a-z0-9-]{0,31}$/, histogram, MOST_HISTOGRAMS)

const link = z.strictObject({
  role: z.enum(['initiator', 'responder', 'sender', 'receiver']),
  sendUnits: count.nullable(),
  pinnedCpu: count.nullable(),
  warmup: z.strictObject({ durationNs: ns, ended: z.enum(['steady', 'cap', 'none']) }).nullable(),
  marks,
  latency: histogram.nullable(),
  intervalLatencies: listOf(histogram, 256),
  histograms: histograms.optional(),
  connects: z
    .strictObject({ made: count, resumed: count, earlyData: count, handshake: histogram })
    .nullable(),
  scheduling: z.strictObject({ wallNs, onCpuNs: ns, runDelayNs: ns }).nullable(),
  cpuKhz: ns.nullable(),
})

const effective = effectiveSchema.extend({
  localPort: port.nullable(),
  remotePort: port.nullable(),
  quic: quicSettingsSchema.extend({ sharesPackets: z.boolean() }).nullable(),
})

const outcome = z.strictObject({
  status: z.enum(['completed', 'stopped', 'peer-closed', 'failed']),
  fault: fault.nullable(),
  clock: clockSchema,
  links: listOf(link, 256),
  softirqNs: ns.nullable(),
  machine: z.strictObject({ wallNs, stealNs: ns, mostStealNs: ns, mostSoftirqNs: ns }).nullish(),
  effective,
  tcp: tcpSchema.nullable(),
  strangers: count.optional(),
})

const build = z.strictObject({
  version: word,
  compiler: z.string().max(1024),
  flags: z.string().max(4096),
  sanitizer: word.nullable(),
  transports: listOf(z.enum(['loopback', ...TRANSPORT_NAMES]), 32),
})

/** By the names of files of the kernel's. */
const rdmaCounters = recordOf(/^(?!__proto__$).{1,64}$/su, count, 512)

export const soFarSchema = z.strictObject({
  durationNs: count,
  messages: count,
  bytes: count,
  lost: count,
})

export const endReportSchema = z.strictObject({
  outcome: outcome.nullable(),
  fault: fault.nullable(),
  build: build.nullable(),
  cpus: wholesOf(256),
  availableCpus: z.int().min(0),
  processCpuNs: ns,
  rdmaCounters: rdmaCounters.nullable(),
})

/** Whether the buckets are in order and hold what is counted, and the extremes lie in the outermost of them. */
function addsUp({ indices, counts, count, overflow, minNs, maxNs, sumNs }: RawHistogram): boolean {
  if (indices.length !== counts.length) return false
  if (indices.some((index, i) => i > 0 && index <= (indices[i - 1] ?? 0))) return false
  const inRange = counts.reduce((sum, one) => sum + one, 0)
  if (inRange + overflow !== count) return false
  if (minNs === null || maxNs === null) return minNs === maxNs && count === 0
  if (count === 0 || minNs > maxNs) return false
  // A sum of more than 2^53 ns is rounded.
  if (sumNs < minNs * count * (1 - 1e-9) || sumNs > maxNs * count * (1 + 1e-9)) return false
  const filled = indices.filter((_, i) => (counts[i] ?? 0) > 0)
  const [first, last] = [filled[0], filled.at(-1)]
  if (first !== undefined && !isIn(minNs, first)) return false
  return overflow > 0 || last === undefined || isIn(maxNs, last)
}

function isIn(valueNs: number, index: number): boolean {
  return (
    valueNs <= highestEquivalent(index) && (index === 0 || valueNs > highestEquivalent(index - 1))
  )
}

/** Fails to compile when the schema and the type of a report part company. */
export type ReportSchemaMatches = [
  EndReport extends z.infer<typeof endReportSchema> ? true : never,
  z.infer<typeof endReportSchema> extends EndReport ? true : never,
  SoFar extends z.infer<typeof soFarSchema> ? true : never,
]
const _matches: ReportSchemaMatches = [true, true, true]
void _matches
