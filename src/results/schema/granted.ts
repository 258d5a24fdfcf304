import { z } from 'zod'

/**
 * What was granted and negotiated, as it stands in a result; the addon's face has its types from here (src/addon/effective.ts). What came after the first
 * results is optional, or has the value that stands for all before it.
 */

const count = z.int().nonnegative()
const text = z.string().max(256)

/** What a comparison calls a member, and how it holds it (src/compare/fact.ts). */
interface ToldAs {
  readonly name: string
  readonly weight: `${'stop' | 'note'}${'' | 'Host' | 'Transport'}` | 'noteVersion'
}

/** Of others a fact of their own is made, or none. */
export const TOLD_AS = z.registry<ToldAs>()

const told = <S extends z.ZodType>(schema: S, name: string, weight: ToldAs['weight']): S => {
  const own = schema.clone() as S
  TOLD_AS.add(own, { name, weight })
  return own
}

export const rdmaSettingsSchema = z
  .object({
    device: text,
    port: count,
    driver: told(text, 'RDMA driver', 'stopHost'),
    firmware: told(text, 'RDMA firmware', 'noteHost'),
    software: told(
      z.boolean().describe('emulated by the kernel (rxe, siw)'),
      'RDMA by software',
      'noteHost',
    ),
    sameDevice: z.boolean().describe('both ends on one device: nothing leaves it'),
    linkLayer: told(text, 'RDMA link layer', 'noteHost'),
    gidIndex: count.nullable(),
    gid: text,
    gidType: told(text, 'GID type', 'noteHost'),
    netdev: text,
    remoteGid: text,
    remoteLid: count,
    mtuBytes: told(
      count.describe('of the path: the smaller of both ports'),
      'RDMA MTU',
      'noteHost',
    ),
    localMtuBytes: count,
    remoteMtuBytes: count,
    queuePair: told(text, 'queue pair', 'stop'),
    operation: told(text, 'RDMA operation', 'stop'),
    txDepth: told(count, 'messages under way', 'note'),
    rxDepth: told(count, 'receives posted ahead', 'note'),
    signalEvery: told(count, 'messages for each completion', 'note'),
    postList: told(count, 'messages handed over at once', 'note'),
    inlineBytes: told(count, 'inline bytes', 'note'),
    connectBy: told(text.default('exchange'), 'RDMA connection', 'note'),
    verify: told(z.boolean(), 'RDMA data checked', 'note'),
    deviceNumaNode: count
      .nullable()
      .default(null)
      .describe('that the device hangs on; null: none, or not told'),
    memoryNumaNode: count
      .nullable()
      .default(null)
      .describe('that all registered memory lies on; null: several, or not told'),
    // ibv_query_qp_data_in_order(3), asked where memory is polled; an old libibverbs has it not.
    dataInOrder: told(
      z
        .boolean()
        .nullable()
        .default(null)
        .describe('the device places a message from its first to its last byte; null: not asked'),
      'RDMA data in order',
      'noteHost',
    ),
  })
  .describe('granted and negotiated with the device and the peer')

export const tlsSettingsSchema = z
  .object({
    library: text,
    version: text.describe('at run time'),
    builtWith: told(
      text.nullable().describe('version of its headers; null: none are needed'),
      'headers of the TLS library',
      'noteVersion',
    ),
    protocol: told(text, 'TLS', 'noteTransport'),
    cipher: told(text.describe('NULL: packets were not encrypted'), 'cipher', 'noteTransport'),
    group: told(text.describe('of the key exchange'), 'key exchange', 'noteTransport'),
    ktls: told(
      z.boolean().default(false).describe('records encrypted and decrypted by the kernel'),
      'kernel TLS',
      'noteTransport',
    ),
    ktlsProblem: text.nullable().default(null).describe('why not, where it was asked for'),
  })
  .describe('what the TLS handshake agreed on')

export const quicSettingsSchema = z
  .object({
    library: text,
    version: text.describe('at run time'),
    builtWith: told(
      text.nullable().describe('version of its headers; null: none are needed'),
      'headers of the QUIC library',
      'noteVersion',
    ),
    protocolVersion: told(count.describe('1 = RFC 9000'), 'QUIC version', 'noteTransport'),
    messages: told(text, 'QUIC messages', 'noteTransport'),
    streams: told(count, 'QUIC streams', 'noteTransport'),
    udpPayloadBytes: told(
      count.describe('of a packet, at the end of the run'),
      'QUIC payload of a packet',
      'note',
    ),
    localUdpPayloadBytes: count
      .nullable()
      .default(null)
      .describe('what the local MTU lets through, before the path was looked at'),
    sharesPackets: told(
      z
        .boolean()
        .nullable()
        .default(null)
        .describe('frames of several messages may go in one packet'),
      'QUIC messages that share a packet',
      'noteTransport',
    ),
    pacing: told(z.boolean().default(false), 'QUIC pacing', 'noteTransport'),
    retry: told(z.boolean().default(false), 'QUIC retry', 'noteTransport'),
    keyUpdates: count.default(0).describe('begun by this end'),
    windowBytes: told(
      count.nullable().describe('null, here and below: the library does not tell'),
      'QUIC window',
      'note',
    ),
    ackThreshold: told(count.nullable(), 'QUIC packets for each acknowledgement', 'note'),
    congestionControl: told(text.nullable(), 'QUIC congestion control', 'noteTransport'),
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
    sendBufferBytes: told(count.nullable(), 'send buffer', 'noteTransport'),
    receiveBufferBytes: told(count.nullable(), 'receive buffer', 'noteTransport'),
    noDelay: told(z.boolean().nullable(), 'TCP_NODELAY', 'noteTransport'),
    congestionControl: told(z.string().max(32).nullable(), 'congestion control', 'noteTransport'),
    dscp: told(count.nullable(), 'DSCP', 'note'),
    busyPollUs: told(count.nullable(), 'busy poll', 'note'),
    maxSegmentBytes: told(count.nullable().describe('TCP_MAXSEG'), 'segment size', 'noteTransport'),
    pathMtuBytes: told(
      count
        .nullable()
        .default(null)
        .describe('IP_MTU: of the path, as far as the kernel knows; UDP: at the end of the run'),
      'path MTU',
      'noteHost',
    ),
    gso: told(
      z.boolean().nullable().describe('UDP_SEGMENT in use by the sender'),
      'UDP_SEGMENT',
      'noteTransport',
    ),
    gro: told(
      z.boolean().nullable().describe('UDP_GRO in use by the receiver'),
      'UDP_GRO',
      'noteTransport',
    ),
    headerBytes: told(
      count
        .nullable()
        .optional()
        .describe('in front of each message, in no size and no goodput; absent: nothing'),
      'bytes in front of a message',
      'noteTransport',
    ),
    // MPTCP_INFO of each.
    multipath: told(
      z
        .boolean()
        .nullable()
        .optional()
        .describe('all connections were of Multipath TCP to the end; absent: not asked for'),
      'Multipath TCP',
      'noteTransport',
    ),
    // SO_INCOMING_NAPI_ID, of what arrived.
    pollsDevice: told(
      z
        .boolean()
        .nullable()
        .optional()
        .describe('the kernel had a device to poll; absent: not asked for, or not told'),
      'device polled by the kernel',
      'noteHost',
    ),
    confinement: z
      .object({
        // prctl(2), seccomp(2), landlock(7)
        noNewPrivileges: z.boolean(),
        filtersCalls: z
          .boolean()
          .describe('the kernel refuses what no measurement needs (seccomp)'),
        landlock: count.describe(
          'version of the interface by which files and TCP connections are restricted; 0: this kernel has none',
        ),
      })
      .optional()
      .describe("what an agent's measuring process gave up; absent: it works for its own user"),
    rdma: rdmaSettingsSchema.nullable().default(null),
    tls: tlsSettingsSchema.nullable().default(null),
    quic: quicSettingsSchema.nullable().default(null),
  })
  .meta({ id: 'Effective', description: 'What the kernel granted; null where it does not apply' })
