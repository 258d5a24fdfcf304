import { z } from 'zod'
import { CONNECT_TIMEOUT, MEASURE } from '../../options/measure.js'
import { QUIC } from '../../options/quic.js'
import { RDMA } from '../../options/rdma.js'
import { wireShape } from '../../options/schema.js'
import { SOCKET } from '../../options/socket.js'
import { TLS } from '../../options/tls.js'
import { WORKLOAD_NAMES } from '../../options/workloads.js'
import { TRANSPORT_NAMES } from '../../plan/transports.js'
import { MAX_BLOB_TEXT_LENGTH } from '../../transports/blob.js'
import { bounded, type MessageCheck } from './message-check.js'
import { MAX_WINDOWS } from './protocol.js'

const cpu = z
  .int()
  .min(0)
  .max(1 << 16)
const blob = z.base64().max(MAX_BLOB_TEXT_LENGTH)

const own = wireShape(MEASURE)
const { workload: _, repetitions: __, pin: ___, ...ofEnds } = own
const quic = { ...wireShape(QUIC), verify: z.boolean() }

/** Parameters of a case as far as the far end has to know them; it names no host, path or interface. */
export const remoteParametersSchema = z.strictObject({
  ...ofEnds,
  connectTimeoutNs: z.int().min(CONNECT_TIMEOUT.min).max(CONNECT_TIMEOUT.max),
  pin: z.union([z.enum(['auto', 'none']), z.strictObject({ cpus: z.array(cpu).min(1).max(128) })]),
  socket: z.strictObject(wireShape(SOCKET)),
  rdma: z.strictObject({ ...wireShape(RDMA), verify: z.boolean() }).nullable(),
  tls: z.strictObject(wireShape(TLS)).nullable(),
  quic: z.strictObject(quic).nullable(),
  quicOpenssl: z.strictObject({ streams: quic.streams, verify: quic.verify }).nullable(),
})

/** Without a space: it becomes part of a sentence of ours. */
const toolWord = z.string().regex(/^[\w@/.+-]{1,64}$/)
const tool = z.strictObject({ name: toolWord, version: toolWord })
export const helloToolSchema = tool
export const featuresSchema = z.array(z.string().max(64)).max(64)

/**
 * A client's first message. Only `protocol` is fixed for ever, so that versions which differ can still say so;
 * the rest is looked at once that matches: {@link clientHelloSchema}.
 */
const anyHello = z.looseObject({ type: z.literal('hello'), protocol: z.int().min(0) })

export const clientHelloSchema = z.strictObject({
  type: z.literal('hello'),
  protocol: z.int().min(0),
  tool,
  features: featuresSchema,
})

const prepare = z.strictObject({
  type: z.literal('prepare'),
  transport: z.enum(TRANSPORT_NAMES),
  workload: z.enum(WORKLOAD_NAMES),
  parameters: remoteParametersSchema,
})

const afterHello = [
  z.strictObject({ type: z.literal('ping') }),
  /** It is going to measure, for so long in all; null: it does not know. */
  z.strictObject({ type: z.literal('turn'), planMs: z.number().min(0).nullable() }),
  prepare,
  z.strictObject({ type: z.literal('connect'), blob }),
  z.strictObject({ type: z.literal('start') }),
  /** What time is it at your end? */
  z.strictObject({ type: z.literal('clock') }),
  /** When all links are to measure; of the agent's clock. */
  z.strictObject({
    type: z.literal('schedule'),
    version: z.int().min(1).max(MAX_WINDOWS),
    startNs: z.number().min(0),
  }),
  /** `isLast`: no repetition of this client's follows. */
  z.strictObject({ type: z.literal('finish'), isLast: z.literal(true).optional() }),
] as const

/** What a client says. */
export const clientMessageSchema = z.discriminatedUnion('type', [anyHello, ...afterHello])

/** … once it has introduced itself; not again, for a hello of any version may have anything in it, and as much as a frame holds. */
export const introducedClientSchema = z.discriminatedUnion('type', afterHello)

/** What is heard of it at first, and from then on. */
export const firstClientCheck: MessageCheck<ClientMessage> =
  bounded<ClientMessage>(clientMessageSchema)
export const clientMessageCheck: MessageCheck<ClientMessage> =
  bounded<ClientMessage>(introducedClientSchema)

export type ClientMessage = z.infer<typeof clientMessageSchema>
export type PrepareMessage = z.infer<typeof prepare>
export type RemoteParameters = z.infer<typeof remoteParametersSchema>
export type ClientHello = z.infer<typeof clientHelloSchema>
