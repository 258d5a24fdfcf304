import { z } from 'zod'
import { TRANSPORT_NAMES } from '../../plan/case.js'
import { COUNTS_LENGTH } from '../../results/histogram/layout.js'
import type { EndReport, SoFar } from '../../results/repetition/report.js'

/** An end's report as it arrives in a frame: as in `types.ts`, with plain arrays for typed ones. */

const number = z.number()
const count = z.number().min(0)
const word = z.string().max(256)

const fault = z.strictObject({
  code: z.string().max(64),
  op: z.string().max(64),
  errno: z.int(),
  message: z.string().max(1024),
})

const mark = z.strictObject({
  timeNs: count,
  messages: count,
  bytes: count,
  lost: count,
  duplicates: count,
  reordered: count,
  late: count,
  localDrops: count,
  forgivenBytes: count,
  cpuUserNs: count,
  cpuSystemNs: count,
  voluntaryContextSwitches: count,
  involuntaryContextSwitches: count,
})

const histogram = z
  .strictObject({
    indices: z
      .array(
        z
          .int()
          .min(0)
          .max(COUNTS_LENGTH - 1),
      )
      .transform((list): Int32Array => Int32Array.from(list)),
    counts: z.array(count).transform((list): Float64Array => Float64Array.from(list)),
    count,
    overflow: count,
    minNs: count.nullable(),
    maxNs: count.nullable(),
    sumNs: count,
  })
  .refine((h) => h.indices.length === h.counts.length, 'as many indices as counts')

/** More than any workload has. */
const MOST_HISTOGRAMS = 8
const histograms = z
  .record(z.string().regex(/^[a-z][a-z0-9-]{0,31}$/), histogram)
  .refine((named) => Object.keys(named).length <= MOST_HISTOGRAMS, 'too many histograms')

const link = z.strictObject({
  role: z.enum(['initiator', 'responder', 'sender', 'receiver']),
  sendUnits: count.nullable(),
  pinnedCpu: z.int().nullable(),
  warmup: z
    .strictObject({ durationNs: count, ended: z.enum(['steady', 'cap', 'none']) })
    .nullable(),
  marks: z.array(mark).max(1024),
  latency: histogram.nullable(),
  intervalLatencies: z.array(histogram).max(256),
  histograms: histograms.optional(),
  connects: z
    .strictObject({ made: count, resumed: count, earlyData: count, handshake: histogram })
    .nullable(),
  scheduling: z.strictObject({ wallNs: count, onCpuNs: count, runDelayNs: count }).nullable(),
  cpuKhz: count.nullable(),
})

const rdma = z.strictObject({
  device: word,
  port: count,
  driver: word,
  firmware: word,
  software: z.boolean(),
  sameDevice: z.boolean(),
  linkLayer: word,
  gidIndex: number.nullable(),
  gid: word,
  gidType: word,
  netdev: word,
  remoteGid: word,
  remoteLid: count,
  mtuBytes: count,
  localMtuBytes: count,
  remoteMtuBytes: count,
  queuePair: word,
  operation: word,
  connectBy: word,
  txDepth: count,
  rxDepth: count,
  signalEvery: count,
  postList: count,
  inlineBytes: count,
  verify: z.boolean(),
  deviceNumaNode: count.nullable(),
  memoryNumaNode: count.nullable(),
  dataInOrder: z.boolean().nullable(),
})

const tls = z.strictObject({
  library: word,
  version: word,
  builtWith: word.nullable(),
  protocol: word,
  cipher: word,
  group: word,
  ktls: z.boolean(),
  ktlsProblem: word.nullable(),
})

const quic = z.strictObject({
  library: word,
  version: word,
  builtWith: word.nullable(),
  protocolVersion: count,
  messages: word,
  streams: count,
  udpPayloadBytes: count,
  localUdpPayloadBytes: count.nullable(),
  sharesPackets: z.boolean(),
  pacing: z.boolean(),
  retry: z.boolean(),
  keyUpdates: count,
  windowBytes: count.nullable(),
  ackThreshold: count.nullable(),
  congestionControl: word.nullable(),
  congestionWindowBytes: count.nullable(),
  smoothedRttNs: count.nullable(),
  minRttNs: count.nullable(),
  rttVariationNs: count.nullable(),
  packetsSent: count,
  packetsReceived: count,
  sendCalls: count,
  handshakeNs: count,
  packetsSentPerMessage: count.nullable(),
  packetsReceivedPerMessage: count.nullable(),
})

const effective = z.strictObject({
  localAddress: word,
  remoteAddress: word,
  localPort: number.nullable(),
  remotePort: number.nullable(),
  sendBufferBytes: number.nullable(),
  receiveBufferBytes: number.nullable(),
  noDelay: z.boolean().nullable(),
  congestionControl: word.nullable(),
  dscp: number.nullable(),
  busyPollUs: number.nullable(),
  maxSegmentBytes: number.nullable(),
  pathMtuBytes: number.nullable(),
  gso: z.boolean().nullable(),
  gro: z.boolean().nullable(),
  headerBytes: count.nullable().optional(),
  multipath: z.boolean().nullable().optional(),
  pollsDevice: z.boolean().nullable().optional(),
  rdma: rdma.nullable(),
  tls: tls.nullable(),
  quic: quic.nullable(),
})

const tcp = z.strictObject({
  connections: count,
  segmentsSent: count.nullable(),
  segmentsReceived: count.nullable(),
  segmentsRetransmitted: count.nullable(),
  bytesSent: count.nullable(),
  bytesRetransmitted: count.nullable(),
  bytesReceived: count.nullable(),
  duplicatesReported: count.nullable(),
  reorderingsSeen: count.nullable(),
  congestionMarks: count.nullable(),
  busyNs: count.nullable(),
  receiveWindowLimitedNs: count.nullable(),
  sendBufferLimitedNs: count.nullable(),
  smoothedRttNs: count.nullable(),
  rttVariationNs: count.nullable(),
  minRttNs: count.nullable(),
  congestionWindowBytes: count.nullable(),
  slowStartThresholdBytes: count.nullable(),
  deliveryRateBitsPerSec: count.nullable(),
  pacingRateBitsPerSec: count.nullable(),
})

const outcome = z.strictObject({
  status: z.enum(['completed', 'stopped', 'peer-closed', 'failed']),
  fault: fault.nullable(),
  clock: z.strictObject({
    source: z.enum(['tsc', 'monotonic-raw']),
    readingCostNs: count,
    resolutionNs: count,
    driftPpm: number.nullable(),
  }),
  links: z.array(link).max(256),
  softirqNs: count.nullable(),
  machine: z
    .strictObject({ wallNs: count, stealNs: count, mostStealNs: count, mostSoftirqNs: count })
    .nullish(),
  effective,
  tcp: tcp.nullable(),
})

const build = z.strictObject({
  version: word,
  compiler: z.string().max(1024),
  flags: z.string().max(4096),
  sanitizer: word.nullable(),
  transports: z.array(z.enum(['loopback', ...TRANSPORT_NAMES])).max(32),
})

const rdmaCounters = z
  .record(z.string().max(64), z.int().min(0))
  .refine((counters) => Object.keys(counters).length <= 512, 'at most 512 counters')

export const soFarSchema = z.strictObject({
  durationNs: z.int().min(0),
  messages: z.int().min(0),
  bytes: z.int().min(0),
  lost: z.int().min(0),
})

export const endReportSchema = z.strictObject({
  outcome: outcome.nullable(),
  fault: fault.nullable(),
  build: build.nullable(),
  cpus: z.array(z.int().min(0)).max(256),
  availableCpus: z.int().min(0),
  processCpuNs: count,
  rdmaCounters: rdmaCounters.nullable(),
})

/** Fails to compile when the schema and the type of a report part company. */
export type ReportSchemaMatches = [
  EndReport extends z.infer<typeof endReportSchema> ? true : never,
  z.infer<typeof endReportSchema> extends EndReport ? true : never,
  SoFar extends z.infer<typeof soFarSchema> ? true : never,
]
const _matches: ReportSchemaMatches = [true, true, true]
void _matches
