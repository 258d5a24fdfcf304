import { z } from 'zod'

/**
 * What was granted and negotiated, as it stands in a result; the addon's face has its types from here (src/addon/effective.ts). What came after the first
 * results is optional, or has the value that stands for all before it.
 */

const count = z.int().nonnegative()
const text = z.string().max(256)
export const rdmaSettingsSchema = z
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
    // ibv_query_qp_data_in_order(3), asked where memory is polled; an old libibverbs has it not.
    dataInOrder: z
      .boolean()
      .nullable()
      .default(null)
      .describe('the device places a message from its first to its last byte; null: not asked'),
  })
  .describe('granted and negotiated with the device and the peer')

export const tlsSettingsSchema = z
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
    // MPTCP_INFO of each.
    multipath: z
      .boolean()
      .nullable()
      .optional()
      .describe('all connections were of Multipath TCP to the end; absent: not asked for'),
    // SO_INCOMING_NAPI_ID, of what arrived.
    pollsDevice: z
      .boolean()
      .nullable()
      .optional()
      .describe('the kernel had a device to poll; absent: not asked for, or not told'),
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
