import { z } from 'zod'
import { TRANSPORT_NAMES } from '../../plan/case.js'
import { WORKLOAD_NAMES } from '../../plan/defaults.js'
import { MAX_DURATION_NS, MAX_ITERATIONS, MAX_STREAMS } from '../../plan/limits.js'
import {
  MAX_INLINE_BYTES,
  MAX_QUEUE_DEPTH,
  QUEUE_PAIR_TYPES,
  RDMA_OPERATIONS,
  WAYS_TO_CONNECT,
} from '../../plan/rdma-words.js'
import { MAX_INFLIGHT } from '../../plan/rr.js'
import {
  KERNEL_TLS,
  MAX_ACK_THRESHOLD,
  MAX_QUIC_STREAMS,
  MAX_QUIC_WINDOW_BYTES,
  MAX_UDP_PAYLOAD_BYTES,
  MIN_KEY_UPDATE_NS,
  MIN_QUIC_WINDOW_BYTES,
  MIN_UDP_PAYLOAD_BYTES,
  QUIC_CONGESTIONS,
  QUIC_MESSAGES,
  TLS_CIPHERS,
  TLS_HANDSHAKES,
} from '../../plan/secure-words.js'
import { UNIX_TYPES } from '../../plan/transports.js'
import { MAX_BLOB_TEXT_LENGTH } from '../../transports/blob.js'
import { MAX_MESSAGE_BYTES } from '../../units.js'
import { MAX_WINDOWS } from './protocol.js'

const durationNs = z.int().min(0).max(MAX_DURATION_NS)
const cpu = z
  .int()
  .min(0)
  .max(1 << 16)
const blob = z.base64().max(MAX_BLOB_TEXT_LENGTH)

const socketSchema = z.strictObject({
  sendBufferBytes: z.int().min(1).max(0x7fff_ffff).nullable(),
  receiveBufferBytes: z.int().min(1).max(0x7fff_ffff).nullable(),
  noDelay: z.boolean(),
  congestionControl: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,15}$/)
    .nullable(),
  dscp: z.int().min(0).max(63).nullable(),
  busyPollUs: z.int().min(0).max(1_000_000).nullable(),
  segmentationOffload: z.boolean(),
})

const depth = z.int().min(1).max(MAX_QUEUE_DEPTH).nullable()
const rdmaSchema = z.strictObject({
  queuePair: z.enum(QUEUE_PAIR_TYPES),
  operation: z.enum(RDMA_OPERATIONS),
  device: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,63}$/)
    .nullable(),
  port: z.int().min(1).max(255).nullable(),
  gidIndex: z.int().min(0).max(65_535).nullable(),
  txDepth: depth,
  rxDepth: depth,
  signalEvery: depth,
  postList: depth,
  inlineBytes: z.int().min(0).max(MAX_INLINE_BYTES).nullable(),
  connectBy: z.enum(WAYS_TO_CONNECT),
  verify: z.boolean(),
})

const tlsSchema = z.strictObject({
  cipher: z.enum(TLS_CIPHERS),
  handshake: z.enum(TLS_HANDSHAKES),
  kernel: z.enum(KERNEL_TLS),
})
const quicSchema = z.strictObject({
  messages: z.enum(QUIC_MESSAGES),
  streams: z.int().min(1).max(MAX_QUIC_STREAMS),
  udpPayloadBytes: z.int().min(MIN_UDP_PAYLOAD_BYTES).max(MAX_UDP_PAYLOAD_BYTES),
  windowBytes: z.int().min(MIN_QUIC_WINDOW_BYTES).max(MAX_QUIC_WINDOW_BYTES),
  ackThreshold: z.int().min(1).max(MAX_ACK_THRESHOLD),
  congestionControl: z.enum(QUIC_CONGESTIONS),
  retry: z.boolean(),
  pacing: z.boolean(),
  keyUpdateNs: z.union([z.literal(0), z.int().min(MIN_KEY_UPDATE_NS).max(MAX_DURATION_NS)]),
  nullCrypto: z.boolean(),
  verify: z.boolean(),
})

const quicOpensslSchema = z.strictObject({
  streams: z.int().min(1).max(MAX_QUIC_STREAMS),
  verify: z.boolean(),
})

/** Parameters of a case as far as the far end has to know them; it names no host, path or interface. */
export const remoteParametersSchema = z.strictObject({
  messageSizeBytes: z.int().min(1).max(MAX_MESSAGE_BYTES),
  // Absent for other workloads: an agent of before `rr` does not know them.
  responseSizeBytes: z.int().min(1).max(MAX_MESSAGE_BYTES).optional(),
  inflight: z.int().min(1).max(MAX_INFLIGHT).optional(),
  wait: z.enum(['spin', 'block']),
  direction: z.enum(['up', 'down', 'both']),
  streams: z.int().min(1).max(MAX_STREAMS),
  warmupCapNs: durationNs,
  durationNs,
  iterations: z.int().min(0).max(MAX_ITERATIONS),
  intervalNs: z.int().min(1_000_000).max(MAX_DURATION_NS),
  rateBitsPerSec: z.number().min(0).max(1e15),
  verify: z.boolean(),
  messageTimeoutNs: z.int().min(1).max(MAX_DURATION_NS),
  idleTimeoutNs: z.int().min(1).max(MAX_DURATION_NS),
  connectTimeoutNs: z.int().min(1).max(60e9),
  pin: z.union([z.enum(['auto', 'none']), z.strictObject({ cpus: z.array(cpu).min(1).max(128) })]),
  socket: socketSchema,
  rdma: rdmaSchema.nullable(),
  tls: tlsSchema.nullable(),
  quic: quicSchema.nullable(),
  quicOpenssl: quicOpensslSchema.nullable(),
  unixType: z.enum(UNIX_TYPES).optional(),
})

const tool = z.strictObject({ name: z.string().max(64), version: z.string().max(64) })
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

/** What a client says. */
export const clientMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ping') }),
  anyHello,
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
  z.strictObject({ type: z.literal('finish') }),
])

export type ClientMessage = z.infer<typeof clientMessageSchema>
export type PrepareMessage = z.infer<typeof prepare>
export type RemoteParameters = z.infer<typeof remoteParametersSchema>
export type ClientHello = z.infer<typeof clientHelloSchema>
