import { z } from 'zod'

const count = z.int().nonnegative()
const ns = z.number().nonnegative()
const quantile = ns.nullable()

/** Percentiles kept in a result, with the quantile each stands for as `1 - 1/oneIn`. */
export const PERCENTILES = [
  { key: 'p50', oneIn: 2 },
  { key: 'p90', oneIn: 10 },
  { key: 'p99', oneIn: 100 },
  { key: 'p999', oneIn: 1_000 },
  { key: 'p9999', oneIn: 10_000 },
  { key: 'p99999', oneIn: 100_000 },
] as const

export type PercentileKey = (typeof PERCENTILES)[number]['key']

const percentilesSchema = z
  .object({
    p50: quantile,
    p90: quantile,
    p99: quantile,
    p999: quantile,
    p9999: quantile,
    p99999: quantile,
  })
  .meta({
    id: 'Percentiles',
    description:
      'ns; highest value equivalent within the resolution of the histogram (0.1 %); null has a reason',
  })

const reasonsSchema = z
  .partialRecord(z.enum(['p50', 'p90', 'p99', 'p999', 'p9999', 'p99999']), z.string())
  .describe('why a percentile is null')

const histogram = z
  .string()
  .describe(
    'HdrHistogram V2, deflated, base64: lowest 1 ns, 3 significant digits; overflow is not in it',
  )

export const latencySchema = z
  .object({
    unit: z.literal('ns'),
    spans: z
      .enum(['round-trip', 'connect', 'handshake'])
      .describe(
        'the whole round trip, never halved; from before a connection exists until its first message is back, or its handshake is complete',
      ),
    count: count.describe('samples, overflow included'),
    overflow: count.describe('samples above the range of the histogram'),
    minNs: quantile.describe('exact'),
    maxNs: quantile.describe('exact'),
    meanNs: quantile.describe('exact: sum over count'),
    stddevNs: quantile.describe('from the histogram, overflow left out'),
    percentiles: percentilesSchema.describe('over the samples that came back'),
    unavailable: reasonsSchema,
    percentilesWithLoss: percentilesSchema
      .nullable()
      .describe('lost messages counted as infinitely late; null when nothing was lost'),
    unavailableWithLoss: reasonsSchema,
    histogram,
  })
  .meta({ id: 'Latency', description: 'One sample per message, warm-up excluded' })

/** What a workload times besides its latency. */
export const namedHistogramsSchema = z
  .record(
    z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
    latencySchema.omit({ spans: true }).meta({ id: 'NamedHistogram' }),
  )
  .describe(
    'what is timed besides the latency, all connections and both ends added: handshake (connect): until it was complete at the client',
  )

export const connectsSchema = z
  .object({
    made: count,
    resumed: count.describe('by a ticket of an earlier connection'),
    earlyData: count.describe('whose message in the first packets was taken'),
    handshake: latencySchema.describe(
      'until the handshake was complete at the client; the latency beside it, until the message was back',
    ),
  })
  .meta({
    id: 'Connects',
    description:
      'Connections of the measured phase, each for one message; time begins before anything of one exists',
  })

const perDirection = z.object({
  goodputBitsPerSec: ns.describe('payload bits'),
  messagesPerSec: ns,
})

export const throughputSchema = z
  .object({
    goodputBitsPerSec: ns.describe(
      'payload bits delivered, both directions added, as long as both were under way; ping-pong: one way; rr: of the answers',
    ),
    messagesPerSec: ns.describe('messages delivered; ping-pong and rr: round trips'),
    measuredAt: z
      .enum(['receiver', 'initiator'])
      .describe(
        'stream: at the receiver, within the window that all links have in common; ping-pong and rr: at the initiator',
      ),
    perDirection: z.object({
      up: perDirection.nullable().describe('client to server'),
      down: perDirection.nullable().describe('server to client'),
    }),
  })
  .meta({ id: 'Throughput' })

export const loadSchema = z
  .object({
    offeredBitsPerSec: ns.describe('payload that was asked for, both directions added'),
    achievedBitsPerSec: ns
      .nullable()
      .describe(
        'payload handed to the transport within the window; null: the sender could not tell',
      ),
    forgivenBytes: count
      .nullable()
      .describe('payload that was due and never sent, because the sender was 10 ms or more behind'),
  })
  .meta({ id: 'Load', description: 'Of a stream at a rate, at its senders' })

export const sentSchema = z
  .object({
    units: count.describe(
      'messages handed, each by itself, to the send operation of the transport: a send, a datagram, a work request, a DATAGRAM frame, a write to a QUIC stream; what batches them below is in effective (gso, quic.sharesPackets, rdma.postList)',
    ),
    messages: count.describe('whole messages that the senders counted; the last may be under way'),
  })
  .meta({
    id: 'Sent',
    description:
      'Of a stream, at its senders, from the start of each to the end of the window; a unit is a message',
  })

export const lossSchema = z
  .object({
    sent: count.describe(
      'messages the receiver had reason to expect: those that came and those lost',
    ),
    lost: count.describe('ping-pong and rr: not answered in time; stream: gaps in the sequence'),
    lostFraction: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .describe('lost / sent; null when nothing was sent'),
    reordered: count,
    duplicates: count,
    late: count.describe('answered after the timeout; also counted in lost'),
    localDropsSender: count.nullable().describe("refused by the sender's own stack"),
    localDropsReceiver: count
      .nullable()
      .describe(
        "dropped by the receiver's own socket; streams of UDP and of QUIC datagrams: of the messages lost, else buffers of the kernel",
      ),
  })
  .meta({ id: 'Loss', description: 'Over the measured phase; UDP only' })

export const cpuSchema = z
  .object({
    userNs: ns,
    systemNs: ns,
    perMessageNs: quantile.describe(
      'user and system time over the messages this end handled in windowNs; ping-pong and rr: per round trip',
    ),
    voluntaryContextSwitches: count,
    involuntaryContextSwitches: count,
    softirqNs: quantile.describe(
      'soft-interrupt time of the whole machine over the measured phase',
    ),
    utilisation: quantile.describe(
      'CPU time over wall time, all measuring threads added; 1 = one CPU',
    ),
    busiestThread: quantile.describe('utilisation of the busiest measuring thread'),
    windowNs: ns.describe(
      'wall time these numbers cover; at most the sampling step off the measured phase',
    ),
    threads: z.int().positive().describe('measuring threads that these numbers add up'),
    runDelayNs: quantile
      .optional()
      .describe(
        'time in which the measuring threads were ready and waited for a CPU, from right before their window until right after it; null: the kernel keeps no account (schedstat)',
      ),
    mostRunDelay: quantile
      .optional()
      .describe('run delay over wall time of the measuring thread that waited most'),
    demand: quantile
      .optional()
      .describe(
        'CPU time and run delay over wall time of the busiest measuring thread; 1 = it could not have done more on a CPU of its own',
      ),
    mostSoftirq: quantile
      .optional()
      .describe(
        'soft-interrupt time over wall time of the CPU that had most, over the whole run, warm-up included; steps of 10 ms',
      ),
    stealNs: quantile
      .optional()
      .describe(
        'what the host took from all CPUs of the machine while they had something to do, over the whole run; steps of 10 ms',
      ),
    mostSteal: quantile.optional().describe('steal over wall time of the CPU that lost most'),
    frequencyMhz: z
      .object({ least: ns, most: ns })
      .nullable()
      .optional()
      .describe(
        'of the CPUs of the measuring threads, when their loops had ended; null where cpufreq does not tell, as in most virtual machines',
      ),
    pinnedCpus: z
      .array(count)
      .describe('CPUs the measuring threads were pinned to; empty = unpinned'),
  })
  .meta({ id: 'Cpu', description: 'Measuring threads of one end, RUSAGE_THREAD' })

export const clockSchema = z
  .object({
    source: z.enum(['tsc', 'monotonic-raw']),
    readingCostNs: ns.describe('median cost of one reading'),
    resolutionNs: ns.describe('smallest step seen between two different readings'),
    driftPpm: z.number().nullable().describe('slope used against the slope over the whole run'),
  })
  .meta({ id: 'Clock' })

export const tcpSchema = z
  .object({
    connections: count,
    segmentsSent: count.nullable(),
    segmentsReceived: count.nullable(),
    segmentsRetransmitted: count.nullable().describe('sent again'),
    bytesSent: count.nullable().describe('retransmitted ones included'),
    bytesRetransmitted: count.nullable(),
    bytesReceived: count.nullable(),
    duplicatesReported: count
      .nullable()
      .describe('what the peer had already (DSACK): sent again in vain'),
    reorderingsSeen: count.nullable(),
    congestionMarks: count
      .nullable()
      .describe('segments that arrived with a mark of congestion (ECN)'),
    busyNs: count.nullable().describe('something to send was there'),
    receiveWindowLimitedNs: count
      .nullable()
      .describe("of busyNs: the peer's window was in the way"),
    sendBufferLimitedNs: count.nullable().describe('of busyNs: the send buffer was too small'),
    smoothedRttNs: count.nullable(),
    rttVariationNs: count.nullable(),
    minRttNs: count.nullable().describe('the smallest of all'),
    congestionWindowBytes: count.nullable(),
    slowStartThresholdBytes: count.nullable().describe('null also as long as there is none'),
    deliveryRateBitsPerSec: count
      .nullable()
      .describe('of what was acknowledged last, connections added'),
    pacingRateBitsPerSec: count.nullable().describe('connections added'),
  })
  .meta({
    id: 'TcpStatistics',
    description:
      'TCP_INFO of one end, read after the run. Counts and times: all connections added, from before their handshake, so that set-up, warm-up ' +
      'and what followed the measured phase are in them. From smoothedRttNs on: of the connections on which this end sends, or of all where ' +
      'it sends on none, medians unless said otherwise. null: this kernel does not tell',
  })

export const rdmaCountersSchema = z.record(z.string(), count).meta({
  id: 'RdmaCounters',
  description:
    'What the port counted over the run, warm-up included: counters and hw_counters of /sys/class/infiniband, by the ' +
    "kernel's names and in its units (port_xmit_data: 4 B); whatever else used the port is in them",
})

export const intervalSchema = z
  .object({
    startNs: ns.describe('since the start of the measured phase'),
    durationNs: ns,
    messages: count,
    bytes: count,
    lost: count
      .optional()
      .describe(
        'messages found lost in it: ping-pong and rr: when their time was up; stream: gaps in the sequence, also those that close in a later one; absent: nothing can be lost, or not told',
      ),
    latency: z
      .object({ count, overflow: count, minNs: quantile, maxNs: quantile, histogram })
      .nullable()
      .describe('the histograms of all intervals add up to that of the repetition'),
  })
  .meta({ id: 'Interval' })

export const spreadSchema = z
  .object({
    median: z.number(),
    min: z.number(),
    max: z.number(),
    count: z.int().positive().describe('repetitions that had a value'),
  })
  .meta({ id: 'Spread', description: 'Over repetitions, the statistical unit' })

export type Percentiles = z.infer<typeof percentilesSchema>
export type PercentileReasons = z.infer<typeof reasonsSchema>
export type Latency = z.infer<typeof latencySchema>
export type Throughput = z.infer<typeof throughputSchema>
export type Connects = z.infer<typeof connectsSchema>
export type NamedHistograms = z.infer<typeof namedHistogramsSchema>
/** The figures of a histogram, whatever it spans. */
export type Timed = Omit<Latency, 'spans'>
export type Load = z.infer<typeof loadSchema>
export type Sent = z.infer<typeof sentSchema>
export type Loss = z.infer<typeof lossSchema>
export type Cpu = z.infer<typeof cpuSchema>
export type Clock = z.infer<typeof clockSchema>
export type Interval = z.infer<typeof intervalSchema>
export type Spread = z.infer<typeof spreadSchema>
