import { z } from 'zod'
import { MAX_BOOT_NS, MAX_GUEST_MIB, MIN_GUEST_MIB } from '../lab/limits.js'
import { TRANSPORT_NAMES } from '../plan/case.js'
import { DIRECTIONS, WAITS, WORKLOAD_NAMES } from '../plan/defaults.js'
import {
  MAX_BUFFER_BYTES,
  MAX_BUSY_POLL_US,
  MAX_DURATION_NS,
  MAX_ITERATIONS,
  MAX_REPETITIONS,
  MAX_STREAMS,
} from '../plan/limits.js'
import {
  MAX_INLINE_BYTES,
  MAX_QUEUE_DEPTH,
  QUEUE_PAIR_TYPES,
  RDMA_OPERATIONS,
  WAYS_TO_CONNECT,
} from '../plan/rdma-words.js'
import { MAX_INFLIGHT } from '../plan/rr.js'
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
} from '../plan/secure-words.js'
import { UNIX_TYPES } from '../plan/transports.js'
import type { MeasureRequest } from '../run/request.js'
import { MAX_MESSAGE_BYTES } from '../units.js'
import type { AbRequest, ResultRequest, RunRequest, Variation, WhereRequest } from './request.js'

const whole = (min: number, max: number) => z.int().min(min).max(max)
const time = (minNs: number) => whole(minNs, MAX_DURATION_NS)
/** Each once, and at least one. */
const listOf = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .min(1)
    .refine((items) => new Set(items).size === items.length, 'the same is there twice')
const cpus = listOf(whole(0, 9999)).max(64)
const word = (pattern: RegExp) => z.string().regex(pattern)

const socket = z
  .strictObject({
    sendBufferBytes: whole(1, MAX_BUFFER_BYTES).nullable(),
    receiveBufferBytes: whole(1, MAX_BUFFER_BYTES).nullable(),
    noDelay: z.boolean(),
    congestionControl: word(/^[A-Za-z0-9_-]{1,15}$/).nullable(),
    dscp: whole(0, 63).nullable(),
    busyPollUs: whole(0, MAX_BUSY_POLL_US).nullable(),
    segmentationOffload: z.boolean(),
  })
  .partial()

const rdma = z
  .strictObject({
    queuePair: z.enum(QUEUE_PAIR_TYPES),
    operation: z.enum(RDMA_OPERATIONS),
    device: word(/^[A-Za-z0-9_.-]{1,63}$/).nullable(),
    port: whole(1, 255).nullable(),
    gidIndex: whole(0, 65_535).nullable(),
    txDepth: whole(1, MAX_QUEUE_DEPTH).nullable(),
    rxDepth: whole(4, MAX_QUEUE_DEPTH).nullable(),
    signalEvery: whole(1, MAX_QUEUE_DEPTH).nullable(),
    postList: whole(1, MAX_QUEUE_DEPTH).nullable(),
    inlineBytes: whole(0, MAX_INLINE_BYTES).nullable(),
    connectBy: z.enum(WAYS_TO_CONNECT),
  })
  .partial()

const tls = z
  .strictObject({
    cipher: z.enum(TLS_CIPHERS),
    handshakes: listOf(z.enum(TLS_HANDSHAKES)),
    kernel: listOf(z.enum(KERNEL_TLS)),
  })
  .partial()

const quic = z
  .strictObject({
    messages: listOf(z.enum(QUIC_MESSAGES)),
    nullCrypto: listOf(z.boolean()),
    streams: whole(1, MAX_QUIC_STREAMS),
    udpPayloadBytes: whole(MIN_UDP_PAYLOAD_BYTES, MAX_UDP_PAYLOAD_BYTES),
    windowBytes: whole(MIN_QUIC_WINDOW_BYTES, MAX_QUIC_WINDOW_BYTES).nullable(),
    ackThreshold: whole(1, MAX_ACK_THRESHOLD).nullable(),
    congestionControl: z.enum(QUIC_CONGESTIONS),
    keyUpdateNs: z.union([z.literal(0), time(MIN_KEY_UPDATE_NS)]),
    retry: z.boolean(),
    pacing: z.boolean(),
  })
  .partial()

const transports = z.union([z.literal('all'), listOf(z.enum(TRANSPORT_NAMES))])
const measure = z
  .strictObject({
    workloads: listOf(z.enum(WORKLOAD_NAMES)),
    sizesBytes: listOf(whole(1, MAX_MESSAGE_BYTES)),
    responseSizeBytes: whole(1, MAX_MESSAGE_BYTES),
    inflight: whole(1, MAX_INFLIGHT),
    waits: listOf(z.enum(WAITS)),
    direction: z.enum(DIRECTIONS),
    streams: whole(1, MAX_STREAMS),
    rateBitsPerSec: whole(1, Number.MAX_SAFE_INTEGER),
    durationNs: time(1),
    iterations: whole(1, MAX_ITERATIONS),
    warmupCapNs: time(0),
    repetitions: whole(1, MAX_REPETITIONS),
    intervalNs: time(1e6),
    idleTimeoutNs: time(1e6),
    messageTimeoutNs: time(1),
    verify: z.boolean(),
    pin: z.union([z.enum(['auto', 'none']), z.strictObject({ client: cpus, server: cpus })]),
    family: z.literal([4, 6]),
    socket,
    rdma,
    tls,
    quic,
    unixTypes: listOf(z.enum(UNIX_TYPES)),
  })
  .partial()

const peer = z
  .strictObject({
    host: z.string().min(1).max(255),
    port: whole(1, 65_535).optional(),
    keyFile: z.string().min(1).optional(),
    key: z.string().optional(),
  })
  .refine(({ keyFile, key }) => (keyFile === undefined) !== (key === undefined), 'keyFile or key')

const where = z
  .strictObject({
    peer,
    lab: z.enum(['only', 'auto', 'never']),
    labOptions: z
      .strictObject({
        guests: z.literal([1, 2]),
        netem: z.string().max(1000),
        kernel: z.string().min(1),
        memoryMiB: whole(MIN_GUEST_MIB, MAX_GUEST_MIB),
        bootTimeoutNs: whole(1, MAX_BOOT_NS),
      })
      .partial(),
    softRoce: z.boolean(),
  })
  .partial()

const result = z
  .strictObject({ output: z.string().min(1), label: z.string().max(256), redact: z.boolean() })
  .partial()

export const runSchema: z.ZodType<RunRequest> = z.strictObject({
  transports,
  ...measure.shape,
  ...where.shape,
  ...result.shape,
})

const optionalTransports = { transports: transports.optional() }

export const variationSchema: z.ZodType<Variation> = z.strictObject({
  ...optionalTransports,
  ...measure.shape,
})

export const abSchema: z.ZodType<AbRequest> = z.strictObject({
  ...optionalTransports,
  ...measure.shape,
  ...where.shape,
  ...result.shape,
})

type Unchecked<Request, Schema extends z.ZodObject> = Exclude<keyof Request, keyof Schema['shape']>
type None<Key extends never> = Key
/** No member of a request is without its check: does not compile where one is. */
export type AllChecked = [
  None<Unchecked<Omit<MeasureRequest, 'transports'>, typeof measure>>,
  None<Unchecked<WhereRequest, typeof where>>,
  None<Unchecked<ResultRequest, typeof result>>,
]
