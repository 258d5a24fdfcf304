import { z } from 'zod'
import { TLS_CIPHERS } from '../../options/tls.js'
import { environmentSchema } from './environment.js'
import { effectiveSchema } from './granted.js'
import { clockSchema, cpuSchema, intervalSchema, latencySchema } from './measures.js'

/** Name and major version of this format. Within a version, changes only add. */
export const QUIC_PERF_FORMAT = 'xrbench.quic-perf/1'

const count = z.int().nonnegative()
const ns = z.number().nonnegative()

const problem = z.object({ code: z.string(), message: z.string(), hint: z.string().nullable() })

const parametersSchema = z.object({
  requestBytes: count.describe('all of a request on its stream, the 8 bytes of its head included'),
  responseBytes: count.nullable().describe('null: endless answers, stopped at the end of the run'),
  concurrency: z.int().positive().describe('requests under way at once, each on a stream'),
  wait: z.enum(['spin', 'block']),
  cipher: z.enum(TLS_CIPHERS),
  udpPayloadBytes: count,
  warmupCapNs: ns,
  durationNs: ns.nullable().describe('null: by requests'),
  requests: count.nullable().describe('null: by durationNs'),
})

/** One measurement against a server of the perf protocol, which need not be ours: what that end did is not known. */
export const quicPerfSchema = z
  .object({
    schema: z.literal(QUIC_PERF_FORMAT),
    id: z.uuid(),
    tool: z.object({ name: z.literal('xrbench'), version: z.string() }),
    command: z.array(z.string()),
    startedAt: z.iso.datetime().describe('RFC 3339, UTC; for labelling only'),
    finishedAt: z.iso.datetime(),
    status: z.enum(['completed', 'aborted', 'failed']).describe('all keep what was measured'),
    failure: problem.nullable(),
    protocol: z.object({
      alpn: z.literal('perf'),
      draft: z.literal('draft-banks-quic-performance-00'),
    }),
    server: z.object({
      host: z.string().max(256),
      address: z.string().max(256),
      port: count,
      authenticatedBy: z
        .enum(['fingerprint', 'nothing'])
        .describe('nothing: --insecure, whoever answered was taken for the server'),
      fingerprint: z.string().nullable().describe('SHA-256 of its certificate, as given'),
    }),
    parameters: parametersSchema,
    effective: effectiveSchema.describe('of the client; the server may be any stack'),
    durationNs: ns.nullable().describe('of the measured phase'),
    requests: count.nullable().describe('answered in the measured phase'),
    warmup: z.object({ durationNs: ns, ended: z.enum(['steady', 'cap', 'none']) }).nullable(),
    latency: latencySchema
      .nullable()
      .describe(
        'from just before a request is made, on a stream of its own, until its answer is complete; null: endless answers',
      ),
    requestsPerSec: ns.nullable(),
    goodput: z
      .object({
        downBitsPerSec: ns.describe('bytes of answers that arrived, complete or not'),
        upBitsPerSec: ns.describe('bytes of requests that were answered, heads included'),
      })
      .nullable()
      .describe('both over the measured phase, at the client'),
    cpu: cpuSchema.nullable().describe('of the client'),
    clock: clockSchema,
    intervals: z.array(intervalSchema),
    environment: environmentSchema.describe('of the client'),
  })
  .meta({
    title: 'xrbench quic-perf result',
    description: 'One run of xrbench quic-perf. Unmeasured is null, never 0.',
  })

export type QuicPerfDocument = z.infer<typeof quicPerfSchema>
