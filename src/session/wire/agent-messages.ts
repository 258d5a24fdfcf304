import { z } from 'zod'
import { MAX_RATE_BITS_PER_SEC } from '../../options/kind.js'
import { environmentSchema } from '../../results/schema/environment.js'
import { MAX_BLOB_TEXT_LENGTH } from '../../transports/blob.js'
import { featuresSchema, helloToolSchema } from './client-messages.js'
import { bounded, type MessageCheck } from './message-check.js'
import { MAX_WINDOWS, SENTENCE_MAX_CHARS } from './protocol.js'
import { endReportSchema, soFarSchema } from './report-messages.js'

const code = z.templateLiteral(['XRB_', z.string().regex(/^[A-Z0-9_]{1,60}$/)])
const sentence = z.string().max(SENTENCE_MAX_CHARS)
/** Of CLOCK_MONOTONIC, nanoseconds. */
const time = z
  .number()
  .min(0)
  .max(2 ** 63)
const count = z.number().min(0)
const version = z.int().min(1).max(MAX_WINDOWS)

/** 1: the next, 0: nobody is before it. */
const place = z.int().min(0).max(1000)
const standing = { place, aboutMs: count.nullable() }

/** An agent's answer, of any version; {@link agentHelloSchema} is of this one. */
const anyHello = z.looseObject({ type: z.literal('hello-ok'), protocol: z.int().min(0) })

export const agentHelloSchema = z.strictObject({
  type: z.literal('hello-ok'),
  protocol: z.int().min(0),
  tool: helloToolSchema,
  features: featuresSchema,
  transports: z.array(z.string().max(32)).max(32),
  environment: environmentSchema,
  /** Where a client would stand that came now; to those alone who know turns. */
  line: z.strictObject(standing).optional(),
})

/** The session is over: `XRB_PEER_VERSION`, `XRB_PEER_BUSY`, `XRB_PROTOCOL`. Understood by every version. */
const error = z.strictObject({
  type: z.literal('error'),
  code,
  message: sentence,
  hint: sentence.nullable(),
})

const afterHello = [
  z.strictObject({ type: z.literal('ping') }),
  error,
  /** This repetition is not going to happen; the session goes on. */
  z.strictObject({
    type: z.literal('refused'),
    code,
    message: sentence,
    hint: sentence.nullable(),
  }),
  /** Others measure: this one's place in the line, 1 the next, and for how long about; null: not known. */
  z.strictObject({ type: z.literal('waiting'), ...standing }),
  /** From now on it measures, within these limits; after it has waited, what this end is like by now. */
  z.strictObject({
    type: z.literal('turn'),
    // They become parameters of what is measured, which are whole.
    limits: z.strictObject({
      durationNs: z.int().min(1),
      rateBitsPerSec: z.int().min(1).max(MAX_RATE_BITS_PER_SEC).nullable(),
    }),
    environment: environmentSchema.optional(),
  }),
  z.strictObject({ type: z.literal('prepared'), blob: z.base64().max(MAX_BLOB_TEXT_LENGTH) }),
  z.strictObject({ type: z.literal('connected') }),
  z.strictObject({ type: z.literal('started') }),
  z.strictObject({ type: z.literal('clock'), nowNs: time, clockId: z.string().max(128) }),
  /** In warm-up, by this end's clock. */
  z.strictObject({
    type: z.literal('sample'),
    atNs: time,
    messages: count,
    bytes: count,
    waitingBytes: count,
  }),
  /** Of what is measured; told to clients that know {@link SO_FAR_FEATURE}, once a second. */
  z.strictObject({ type: z.literal('so-far'), ...soFarSchema.shape }),
  /** Whether a window was still ahead when it got to this end's links. */
  z.strictObject({ type: z.literal('scheduled'), version, isAhead: z.boolean() }),
  /** Every initiator or receiver of this end is through with this window by itself. */
  z.strictObject({ type: z.literal('measured'), version }),
  /** This end is through, or failed: the report, which `finish` asks for, says how. */
  z.strictObject({ type: z.literal('ended') }),
  /** `isShared`: another client measured meanwhile. */
  z.strictObject({
    type: z.literal('finished'),
    report: endReportSchema,
    isShared: z.boolean().optional(),
  }),
] as const

/** What an agent says. */
export const agentMessageSchema = z.discriminatedUnion('type', [anyHello, ...afterHello])

/** … once it has introduced itself; not again, as of a client. */
export const introducedAgentSchema = z.discriminatedUnion('type', afterHello)

/** What is heard of it at first, and from then on. */
export const firstAgentCheck: MessageCheck<AgentMessage> = bounded<AgentMessage>(agentMessageSchema)
export const agentMessageCheck: MessageCheck<AgentMessage> = bounded<AgentMessage>(
  introducedAgentSchema,
  'finished',
)

export type AgentMessage = z.infer<typeof agentMessageSchema>
export type AgentHello = z.infer<typeof agentHelloSchema>
