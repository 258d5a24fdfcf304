import { z } from 'zod'
import { WORKLOAD_NAMES } from '../../options/workloads.js'
import { PLACES, TRANSPORT_NAMES, VARIANTS } from '../../plan/case.js'
import { environmentSchema } from './environment.js'
import { FLAGS } from './flag-names.js'
import { RESULT_FORMAT } from './format.js'
import { effectiveSchema, quicSettingsSchema } from './granted.js'
import {
  clockSchema,
  connectsSchema,
  cpuSchema,
  intervalSchema,
  latencySchema,
  loadSchema,
  lossSchema,
  namedHistogramsSchema,
  rdmaCountersSchema,
  sentSchema,
  spreadSchema,
  tcpSchema,
  throughputSchema,
} from './measures.js'
import { parametersSchema } from './parameters.js'
import { labSchema, rdmaDeviceSchema } from './place.js'

const count = z.int().nonnegative()
const ns = z.number().nonnegative()
const timestamp = z.iso.datetime().describe('RFC 3339, UTC; for labelling only')
const bothEnds = <T extends z.ZodType>(end: T) => z.object({ client: end, server: end })

const flagsSchema = z
  .array(z.enum(FLAGS))
  .describe('what makes this doubtful; no flag = nothing known against it')

const problemSchema = z
  .object({
    code: z.string().describe('stable: XRB_…'),
    message: z.string().describe('one sentence'),
    hint: z
      .string()
      .nullable()
      .describe('one thing to do, which can be pasted; null: none is known'),
  })
  .meta({ id: 'Problem' })

const buildSchema = z
  .object({
    compiler: z.string(),
    flags: z.string(),
    sanitizer: z.string().nullable(),
  })
  .describe('of the native addon that measured')

const toolSchema = z
  .object({
    name: z.literal('xrbench'),
    version: z.string(),
    commit: z.string().nullable(),
    build: buildSchema.nullable(),
  })
  .describe('that wrote the file')

const warmupSchema = z
  .object({
    durationNs: ns.describe('until the window of all links began'),
    ended: z.enum(['steady', 'cap', 'none']).describe('cap: its time limit came first'),
  })
  .describe('what came before the measured phase')

export const repetitionSchema = z
  .object({
    index: count.describe('of its case, from 0'),
    order: count.describe('position in the interleaved schedule of the whole run'),
    startedAt: timestamp,
    totalNs: ns.describe('wall time with set-up and warm-up'),
    status: z.enum(['completed', 'aborted', 'failed']).describe('all keep what was measured'),
    failure: problemSchema.nullable().describe('null: it did not fail'),
    flags: flagsSchema,
    durationNs: ns
      .nullable()
      .describe(
        'of the measured phase, which all links have in common; of iterations in both directions, each its own: of the longer one',
      ),
    skewNs: ns
      .nullable()
      .optional()
      .describe(
        'by how much the measured phases of the two ends may be apart: 0 on one machine; null: none was named',
      ),
    messages: count
      .nullable()
      .describe('in the measured phase; ping-pong and rr: round trips; connect: connections'),
    bytes: count
      .nullable()
      .describe('payload of those messages; ping-pong: one way; rr: of the answers'),
    warmup: warmupSchema.nullable(),
    latency: latencySchema.nullable().describe('ping-pong, rr and connect'),
    throughput: throughputSchema.nullable().describe('what arrived, over the measured phase'),
    load: loadSchema.nullable().optional().describe('null: no rate was asked for'),
    sent: sentSchema
      .nullable()
      .optional()
      .describe(
        'absent: another workload; null: an end could not tell, or the receiver asks for each message',
      ),
    starvedLinks: count
      .nullable()
      .optional()
      .describe(
        'connections over which nothing arrived in the whole measured phase, or for the idle timeout on end, of all streams and directions; absent: another workload; null: not completed',
      ),
    loss: lossSchema.nullable().describe('UDP only'),
    strangers: bothEnds(count.nullable())
      .optional()
      .describe(
        "connections and datagrams that came to an end's ports from its opening on and were none of the peer's: dropped, and in no other count; absent, null: not counted",
      ),
    cpu: bothEnds(cpuSchema.nullable()).describe('of the measuring threads'),
    clock: bothEnds(clockSchema.nullable()).describe('by which each end measured'),
    rdmaCounters: bothEnds(rdmaCountersSchema.nullable())
      .optional()
      .describe('null: another transport, or not readable'),
    quic: bothEnds(quicSettingsSchema.nullable())
      .extend({
        packetsLost: z
          .object({ up: count, down: count })
          .nullable()
          .default(null)
          .describe(
            'what one end sent less what the other received, over all; what was under way at the end is in it',
          ),
      })
      .optional()
      .describe('absent: another transport'),
    tcp: bothEnds(tcpSchema.nullable())
      .optional()
      .describe('absent: another transport; null: not told, or a run of connects'),
    connects: connectsSchema.nullable().optional().describe('absent: another workload'),
    histograms: namedHistogramsSchema
      .optional()
      .describe('by name; absent: there is but the latency, or nothing was measured'),
    intervals: z.array(intervalSchema).describe('the time series of the measured phase'),
  })
  .meta({
    id: 'Repetition',
    description: 'One measured run on fresh connections in fresh processes: the statistical unit',
  })

const percentileSpread = spreadSchema
  .nullable()
  .describe(
    'lost messages counted as infinitely late; null also where that leaves a repetition no number',
  )

export const summarySchema = z
  .object({
    repetitions: count.describe('completed ones; only they are summarised, unless none completed'),
    latency: latencySchema
      .nullable()
      .describe('of the merged histograms; percentiles are never averaged'),
    connects: connectsSchema
      .nullable()
      .optional()
      .describe('added, of the merged histograms; absent: another workload'),
    histograms: namedHistogramsSchema
      .optional()
      .describe(
        'of the merged histograms of each name; absent: there is but the latency, or an older version wrote the file',
      ),
    loss: lossSchema.nullable().describe('added'),
    spread: z.object({
      p50Ns: percentileSpread,
      p99Ns: percentileSpread,
      p999Ns: percentileSpread,
      messagesPerSec: spreadSchema.nullable(),
      goodputBitsPerSec: spreadSchema.nullable(),
      cpuPerMessageNs: bothEnds(spreadSchema.nullable()),
    }),
  })
  .meta({ id: 'Summary', description: 'Recomputable from the repetitions' })

export const caseResultSchema = z
  .object({
    key: z.string().describe('canonical: the same case has the same key on every machine'),
    place: z
      .enum(PLACES)
      .optional()
      .describe('where both ends ran; a key occurs once at each place; absent: host'),
    variant: z
      .enum(VARIANTS)
      .optional()
      .describe(
        'which of the two configurations of xrbench ab; the nth case of a and the nth of b are a pair; a key occurs once in each',
      ),
    transport: z.enum(TRANSPORT_NAMES),
    workload: z.enum(WORKLOAD_NAMES),
    parameters: z.object({
      requested: parametersSchema,
      negotiated: parametersSchema
        .nullable()
        .describe('after the limits of the far end; null: as requested'),
      effective: bothEnds(effectiveSchema.nullable()).describe('of the first repetition'),
      changed: z
        .array(z.string().max(64))
        .optional()
        .describe('what a later repetition was granted otherwise, as `client tls.ktls`'),
    }),
    path: z
      .enum(['hardware', 'software', 'loopback', 'lab', 'network'])
      .nullable()
      .describe('what the bytes crossed; hardware and software are those of RDMA; null = not run'),
    status: z.enum(['pending', 'running', 'completed', 'aborted', 'failed', 'skipped']),
    flags: flagsSchema,
    skipped: problemSchema.optional().describe('why it was not run'),
    repetitions: z.array(repetitionSchema),
    summary: summarySchema.nullable(),
  })
  .meta({ id: 'Case', description: 'A transport × a workload × one set of parameters' })

export const resultSchema = z
  .object({
    schema: z.literal(RESULT_FORMAT).describe('name and major version of the format'),
    id: z.uuid().describe('of this result alone'),
    label: z.string().max(256).optional().describe('as it was given'),
    tool: toolSchema,
    command: z.array(z.string()).describe('what was called, word by word'),
    startedAt: timestamp,
    finishedAt: timestamp.nullable(),
    status: z
      .enum(['running', 'completed', 'aborted', 'failed'])
      .describe('of the run; all keep what was measured'),
    error: problemSchema.nullable().describe('the first failure; each repetition has its own'),
    flags: flagsSchema.describe('of the whole file'),
    redacted: z.boolean().describe('names and addresses are hashed'),
    plannedRepetitions: z.int().positive().describe('of each case'),
    environment: bothEnds(environmentSchema).describe(
      'of the ends of the cases at the place host; of a run wholly in the lab, the guests',
    ),
    labEnvironment: bothEnds(environmentSchema)
      .nullable()
      .optional()
      .describe('of the guests, the ends of the cases at the place lab; null = none was measured'),
    lab: labSchema.nullable().optional().describe('null = there was none'),
    rdmaDevice: rdmaDeviceSchema
      .nullable()
      .optional()
      .describe('how the device was come by; null = no RDMA was asked for, or only in the lab'),
    variants: z
      .object({ a: z.array(z.string()), b: z.array(z.string()) })
      .optional()
      .describe('xrbench ab: the options that only one of the two configurations has'),
    cases: z.array(caseResultSchema),
  })
  .meta({
    title: 'xrbench result',
    description: 'One run of xrbench. Unmeasured is null, never 0.',
  })

/**
 * A result, format `xrbench.result/1`: what was asked for, on which machines, and what was measured. Units end the names: `Ns`, `Bytes`,
 * `BitsPerSec`, `PerSec`; rates count payload, in powers of 1,000. What was not measured is `null`, never 0. Its words are those of
 * `results/result-1.schema.json`, which the package has.
 * @interface
 */
export type ResultDocument = z.infer<typeof resultSchema>
export type CaseResult = z.infer<typeof caseResultSchema>
/**
 * One measured run on fresh connections in fresh processes, the statistical unit: of its measured phase, which all connections have in common.
 * @interface
 */
export type Repetition = z.infer<typeof repetitionSchema>
export type Summary = z.infer<typeof summarySchema>
/**
 * Why something was not measured, or not to its end.
 * @interface
 */
export type Problem = z.infer<typeof problemSchema>
export {
  type Environment,
  environmentSchema,
  type NetworkDevice,
  type RdmaDevice,
} from './environment.js'
export type { Flag } from './flag-names.js'
export type {
  Clock,
  Cpu,
  Interval,
  Latency,
  Loss,
  PercentileKey,
  Percentiles,
  Spread,
  Throughput,
} from './measures.js'
export type { LabFacts, RdmaDeviceChoice } from './place.js'
