import { z } from 'zod'
import { QUEUE_PAIR_TYPES, RDMA_OPERATIONS, WAYS_TO_CONNECT } from '../../plan/rdma-words.js'
import {
  KERNEL_TLS,
  QUIC_CONGESTIONS,
  QUIC_MESSAGES,
  TLS_CIPHERS,
  TLS_HANDSHAKES,
} from '../../plan/secure-words.js'
import { UNIX_TYPES } from '../../plan/transports.js'

const count = z.int().nonnegative()
const ns = z.int().nonnegative()
const cpuList = z.array(count).max(1024).readonly()

const socketOptions = z
  .object({
    sendBufferBytes: count.nullable(),
    receiveBufferBytes: count.nullable(),
    noDelay: z.boolean().describe('TCP_NODELAY'),
    congestionControl: z.string().max(32).nullable().describe('TCP_CONGESTION'),
    dscp: z.int().min(0).max(63).nullable().describe('differentiated services code point'),
    busyPollUs: count.nullable().describe('SO_BUSY_POLL, microseconds'),
    segmentationOffload: z.boolean().describe('UDP_SEGMENT and UDP_GRO'),
  })
  .describe("socket options as requested; null leaves the kernel's own")

const rdmaOptions = z
  .object({
    queuePair: z.enum(QUEUE_PAIR_TYPES),
    operation: z.enum(RDMA_OPERATIONS).describe('what carries a message'),
    device: z.string().max(64).nullable(),
    port: count.nullable(),
    gidIndex: count.nullable(),
    txDepth: count.nullable().describe('messages under way at once'),
    rxDepth: count.nullable().describe('receives posted ahead'),
    signalEvery: count.nullable().describe('of so many messages one asks for a completion'),
    postList: count.nullable().describe('messages handed over in one call'),
    inlineBytes: count.nullable().describe('copied into the work request up to this size'),
    connectBy: z
      .enum(WAYS_TO_CONNECT)
      .default('exchange')
      .describe('rdma-cm: by the connection manager of the kernel'),
    verify: z.boolean().describe('data checked at the receiver'),
  })
  .describe('RDMA options as requested; null: chosen by xrbench')

const tlsOptions = z
  .object({
    cipher: z.enum(TLS_CIPHERS),
    handshake: z
      .enum(TLS_HANDSHAKES)
      .default('full')
      .describe('of a connect: by a ticket, and with the message in the first packets (0rtt)'),
    kernel: z.enum(KERNEL_TLS).default('off').describe('kTLS: never, where the kernel can, always'),
  })
  .describe('TLS 1.3 options of TLS and QUIC as requested')

const quicOptions = z
  .object({
    messages: z
      .enum(QUIC_MESSAGES)
      .describe('stream, or DATAGRAM frames (RFC 9221), which may be lost'),
    streams: z.int().min(1).describe('QUIC streams of each connection'),
    udpPayloadBytes: count,
    windowBytes: count.describe('flow-control window of the connection and of each stream'),
    ackThreshold: count.describe('packets acknowledged at once'),
    congestionControl: z.enum(QUIC_CONGESTIONS),
    retry: z.boolean().default(false).describe('clients show their address first (RFC 9000)'),
    pacing: z.boolean().default(false),
    keyUpdateNs: count.default(0).describe('keys updated so often; 0 = when it has to be'),
    nullCrypto: z
      .boolean()
      .default(false)
      .describe('a diagnostic: packets copied where they would be encrypted'),
    verify: z.boolean().describe('every byte of a ping-pong or rr checked'),
  })
  .describe('QUIC options as requested')

const quicOpensslOptions = z
  .object({
    streams: z.int().min(1).describe('QUIC streams of each connection'),
    verify: z.boolean().describe('every byte of a ping-pong checked'),
  })
  .describe("options of QUIC by Node's own OpenSSL as requested")

/** As requested, after defaults; the JSON face of `CaseParameters`. */
export const parametersSchema = z
  .object({
    messageSizeBytes: z.int().positive().describe('rr: of a request'),
    responseSizeBytes: z
      .int()
      .positive()
      .nullable()
      .default(null)
      .describe('of an answer; null: another workload'),
    inflight: z
      .int()
      .positive()
      .nullable()
      .default(null)
      .describe('requests under way at once; null: another workload'),
    wait: z
      .enum(['spin', 'block'])
      .describe('spin: polls without sleeping; block: sleeps in the kernel'),
    direction: z.enum(['up', 'down', 'both']).describe('of a stream: up = the client sends'),
    streams: z.int().min(1).describe('connections per direction'),
    warmupCapNs: ns.describe('warm-up ends at the latest after this'),
    durationNs: ns.describe('0 = iterations decides'),
    iterations: count.describe('0 = durationNs decides'),
    intervalNs: ns.describe('length of an interval of the time series, before doubling'),
    rateBitsPerSec: z.number().nonnegative().describe('offered load, payload bits; 0 = unlimited'),
    verify: z
      .boolean()
      .default(false)
      .describe('every byte of each message checked where it arrives'),
    messageTimeoutNs: ns.describe(
      'UDP ping-pong, and rr where messages can be lost: an answer that has not come by then is lost',
    ),
    idleTimeoutNs: ns.describe('no progress for so long is a stall'),
    connectTimeoutNs: ns,
    pin: z.union([
      z.enum(['auto', 'none']),
      z.object({ client: cpuList, server: cpuList }).describe('CPUs named by the user'),
    ]),
    socket: socketOptions,
    rdma: rdmaOptions.nullable().default(null).describe('null: another transport'),
    tls: tlsOptions.nullable().default(null).describe('null: another transport'),
    quic: quicOptions.nullable().default(null).describe('null: another transport'),
    quicOpenssl: quicOpensslOptions.nullable().default(null).describe('null: another transport'),
    unixType: z
      .enum(UNIX_TYPES)
      .optional()
      .describe('of AF_UNIX: bytes, or a packet for each message; absent: another transport'),
  })
  .meta({ id: 'Parameters', description: 'Parameters of a case; times in nanoseconds' })

const text = z.string().max(256)
const rdmaSettings = z
  .object({
    device: text,
    port: count,
    driver: text,
    firmware: text,
    software: z.boolean().describe('emulated by the kernel (rxe, siw)'),
    sameDevice: z.boolean().describe('both ends on one device: nothing leaves it'),
    linkLayer: text,
    gidIndex: count.nullable(),
    gid: text,
    gidType: text,
    netdev: text,
    remoteGid: text,
    remoteLid: count,
    mtuBytes: count.describe('of the path: the smaller of both ports'),
    localMtuBytes: count,
    remoteMtuBytes: count,
    queuePair: text,
    operation: text,
    txDepth: count,
    rxDepth: count,
    signalEvery: count,
    postList: count,
    inlineBytes: count,
    connectBy: text.default('exchange'),
    verify: z.boolean(),
    deviceNumaNode: count
      .nullable()
      .default(null)
      .describe('that the device hangs on; null: none, or not told'),
    memoryNumaNode: count
      .nullable()
      .default(null)
      .describe('that all registered memory lies on; null: several, or not told'),
    dataInOrder: z
      .boolean()
      .nullable()
      .default(null)
      .describe('the device places a message from its first to its last byte; null: not asked'),
  })
  .describe('granted and negotiated with the device and the peer')

const tlsSettings = z
  .object({
    library: text,
    version: text.describe('at run time'),
    builtWith: text.nullable().describe('version of its headers; null: none are needed'),
    protocol: text,
    cipher: text.describe('NULL: packets were not encrypted'),
    group: text.describe('of the key exchange'),
    ktls: z.boolean().default(false).describe('records encrypted and decrypted by the kernel'),
    ktlsProblem: text.nullable().default(null).describe('why not, where it was asked for'),
  })
  .describe('what the TLS handshake agreed on')

export const quicSettingsSchema = z
  .object({
    library: text,
    version: text.describe('at run time'),
    builtWith: text.nullable().describe('version of its headers; null: none are needed'),
    protocolVersion: count.describe('1 = RFC 9000'),
    messages: text,
    streams: count,
    udpPayloadBytes: count.describe('of a packet, at the end of the run'),
    localUdpPayloadBytes: count
      .nullable()
      .default(null)
      .describe('what the local MTU lets through, before the path was looked at'),
    sharesPackets: z
      .boolean()
      .nullable()
      .default(null)
      .describe('frames of several messages may go in one packet'),
    pacing: z.boolean().default(false),
    retry: z.boolean().default(false),
    keyUpdates: count.default(0).describe('begun by this end'),
    windowBytes: count.nullable().describe('null, here and below: the library does not tell'),
    ackThreshold: count.nullable(),
    congestionControl: text.nullable(),
    congestionWindowBytes: count.nullable().describe('at the end of the run'),
    smoothedRttNs: count.nullable().describe('at the end of the run'),
    minRttNs: count.nullable(),
    rttVariationNs: count.nullable(),
    packetsSent: count.describe('all connections, from the handshake to the end of the run'),
    packetsReceived: count.describe('what the other end sent beyond that was lost'),
    sendCalls: count.describe('system calls that sent the packets'),
    handshakeNs: count.describe('from the first packet until the handshake was complete'),
    packetsSentPerMessage: z
      .number()
      .nonnegative()
      .nullable()
      .describe('of the run alone, warm-up included; ping-pong: per round trip'),
    packetsReceivedPerMessage: z.number().nonnegative().nullable(),
  })
  .meta({
    id: 'QuicConnection',
    description: 'QUIC connection at the end of a run; the first one of this end',
  })

/** What the kernel granted, read back after connecting (first connection). */
export const effectiveSchema = z
  .object({
    localAddress: z.string().max(256),
    remoteAddress: z.string().max(256),
    localPort: count.nullable(),
    remotePort: count.nullable(),
    sendBufferBytes: count.nullable(),
    receiveBufferBytes: count.nullable(),
    noDelay: z.boolean().nullable(),
    congestionControl: z.string().max(32).nullable(),
    dscp: count.nullable(),
    busyPollUs: count.nullable(),
    maxSegmentBytes: count.nullable().describe('TCP_MAXSEG'),
    pathMtuBytes: count
      .nullable()
      .default(null)
      .describe('IP_MTU: of the path, as far as the kernel knows; UDP: at the end of the run'),
    gso: z.boolean().nullable().describe('UDP_SEGMENT in use by the sender'),
    gro: z.boolean().nullable().describe('UDP_GRO in use by the receiver'),
    headerBytes: count
      .nullable()
      .optional()
      .describe('in front of each message, in no size and no goodput; absent: nothing'),
    rdma: rdmaSettings.nullable().default(null),
    tls: tlsSettings.nullable().default(null),
    quic: quicSettingsSchema.nullable().default(null),
  })
  .meta({ id: 'Effective', description: 'What the kernel granted; null where it does not apply' })
