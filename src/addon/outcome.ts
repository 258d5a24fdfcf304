import type { EffectiveSettings } from './effective.js'

/** A failure inside the addon. As a thrown `Error` it has the same fields. */
export interface NativeFault {
  /** `ADDRESS_IN_USE`, `CONNECT_TIMEOUT`, `CONNECT_REFUSED`, `PEER_CLOSED`, `STALLED`, `BAD_BLOB`, `BAD_SPEC`, `SOCKET`, `UNSUPPORTED`, `NO_MEMORY`, `THREAD`, `STOPPED`, `RDMA_…`, `TLS`, `TLS_PIN`, `QUIC`, `DATA_MISMATCH` … */
  code: string
  /** The call that failed, e.g. `bind`. */
  op: string
  /** 0 when no system call was at fault. */
  errno: number
  message: string
}

/** Cumulative state of one link at one instant; a phase or an interval is the difference of two. */
export interface Mark {
  /** Since the start of the window, which all links of both ends have in common; without a director, of the link's own. */
  timeNs: number
  /** Messages done: round trips (ping-pong), sent (sender), received (receiver). */
  messages: number
  /** Payload bytes of those messages: one way. */
  bytes: number
  /** Ping-pong UDP, and RDMA over UC and UD: not answered in time. Stream receiver: gaps in the sequence. */
  lost: number
  duplicates: number
  reordered: number
  /** Ping-pong UDP: answered after the timeout (also counted in `lost`). */
  late: number
  /** Refused by the local stack: ENOBUFS/EAGAIN at the sender. Dropped by the receiver's own socket: of a stream's `lost`, in messages (SO_RXQ_OVFL). */
  localDrops: number
  /** Sender at a rate: payload that was due and given up after a lag of 10 ms. */
  forgivenBytes: number
  /** RUSAGE_THREAD of the measuring thread (getrusage(2)). */
  cpuUserNs: number
  cpuSystemNs: number
  voluntaryContextSwitches: number
  involuntaryContextSwitches: number
}

/** HdrHistogram layout: 1 ns lowest discernible, 3 significant digits; sparse, ascending indices. */
export interface RawHistogram {
  /** Indices into HdrHistogram's counts array for (1, highestTrackableNs, 3). */
  indices: Int32Array
  /** Same length; whole numbers below 2^53. */
  counts: Float64Array
  /** Samples counted, overflow included. */
  count: number
  /** Samples above the highest trackable value; they are in `count`, `maxNs` and `sumNs`, not in `counts`. */
  overflow: number
  /** Exact; `null` when nothing was counted. */
  minNs: number | null
  maxNs: number | null
  sumNs: number
}

/** How the connections of the measured phase of a `connect` came about. */
interface ConnectOutcome {
  made: number
  /** By a ticket. */
  resumed: number
  /** Whose early data was taken. */
  earlyData: number
  /** From before anything of a connection exists until its handshake is complete at the client; among `histograms` as well. */
  handshake: RawHistogram
}

/** How the scheduler treated a measuring thread from right before its window until right after it; some milliseconds more than the window. */
interface Scheduling {
  wallNs: number
  onCpuNs: number
  /** Ready to run, and waiting for a CPU. */
  runDelayNs: number
}

/** What the CPUs of the machine spent unseen by any thread, from before the run until after it; in steps of 10 ms. */
export interface MachineShare {
  wallNs: number
  /** Taken by the host from CPUs that had something to do; all CPUs. */
  stealNs: number
  /** Of the CPU that had most. */
  mostStealNs: number
  mostSoftirqNs: number
}

/** What one connection did, at this end. */
export interface LinkOutcome {
  /** Ping-pong: initiator (client) and responder; stream: sender and receiver. */
  role: 'initiator' | 'responder' | 'sender' | 'receiver'
  /**
   * Sender of a stream: messages handed, each by itself, to the transport's own send operation (`send`, datagram, work request, DATAGRAM
   * frame, `ngtcp2_conn_writev_stream`, `SSL_write`), from the beginning to the last mark, warm-up included. Others `null`.
   */
  sendUnits: number | null
  /** Where the measuring thread was pinned; `null` = unpinned. */
  pinnedCpu: number | null
  /** Of initiator and receiver, until the window; `null` for the others. How it ended, directed links cannot tell: `none`. */
  warmup: { durationNs: number; ended: 'steady' | 'cap' | 'none' } | null
  /**
   * Cumulative. `marks[0]` is the start of the window, then one per interval, the last is its end. Responder and sender where iterations
   * decide: at regular times until the end of the run. Empty where no window began.
   */
  marks: Mark[]
  /** Initiator: round trips of the measured phase. Others `null`. */
  latency: RawHistogram | null
  /** Initiator: one per interval (`marks[i]` to `marks[i+1]`); they add up to `latency`. */
  intervalLatencies: RawHistogram[]
  /** What a workload times besides its latency, over the measured phase, by name: `handshake` of a `connect`. Absent where there is nothing else. */
  histograms?: Record<string, RawHistogram> | undefined
  /** Initiator of a `connect`; `latency` is then from before anything of a connection exists until its message has come back. Others `null`. */
  connects: ConnectOutcome | null
  /** `null` where the kernel keeps no account, and where runs at the same time in one process cannot be told apart. */
  scheduling: Scheduling | null
  /** Frequency of the thread's CPU when the loop had ended; `null` where cpufreq does not tell. */
  cpuKhz: number | null
}

export interface ClockReport {
  source: 'tsc' | 'monotonic-raw'
  /** Median cost of one reading. */
  readingCostNs: number
  /** Smallest step seen between two different readings. */
  resolutionNs: number
  /** Slope used for recording against the slope over the whole run, parts per million; `null` for monotonic-raw and before a run. */
  driftPpm: number | null
}

/**
 * What the kernel says about the TCP connections of one end when the run is over (TCP_INFO, tcp(7)). Counts and times are those of all
 * connections together, from before their handshake: set-up, warm-up and what went on after the measured phase are in them. Estimates are of
 * the connections on which this end sends messages, or of all where it sends on none: medians, but `minRttNs` the smallest, and the rates added
 * up. `null`: this kernel does not tell, or has nothing to tell yet.
 */
interface TcpStatistics {
  connections: number
  segmentsSent: number | null
  segmentsReceived: number | null
  segmentsRetransmitted: number | null
  /** Retransmitted ones included. */
  bytesSent: number | null
  bytesRetransmitted: number | null
  bytesReceived: number | null
  /** What the peer says it had already (DSACK, RFC 2883): so much was sent again in vain. */
  duplicatesReported: number | null
  reorderingsSeen: number | null
  /** Segments that arrived with a mark of congestion (ECN, RFC 3168). */
  congestionMarks: number | null
  /** Something to send was there, and of that: the peer's window, and one's own send buffer, were in the way. */
  busyNs: number | null
  receiveWindowLimitedNs: number | null
  sendBufferLimitedNs: number | null
  smoothedRttNs: number | null
  rttVariationNs: number | null
  minRttNs: number | null
  congestionWindowBytes: number | null
  /** `null` also as long as there is no such limit. */
  slowStartThresholdBytes: number | null
  /** Of what was acknowledged last. */
  deliveryRateBitsPerSec: number | null
  pacingRateBitsPerSec: number | null
}

export interface RunOutcome {
  /** `completed`: as asked; `stopped`: by `stop()`; `peer-closed`: the other end went away, in order; `failed`: see `fault`. What was measured until then is kept in each case. */
  status: 'completed' | 'stopped' | 'peer-closed' | 'failed'
  fault: NativeFault | null
  clock: ClockReport
  links: LinkOutcome[]
  /** Soft-interrupt time of the whole machine over the measured phase, /proc/stat, all CPUs; `null` when not readable. */
  softirqNs: number | null
  /** Put in by the process that measures; `null` when /proc/stat is not readable. */
  machine?: MachineShare | null | undefined
  effective: EffectiveSettings
  /** TCP and TLS, but for `connect`; `null` otherwise. */
  tcp: TcpStatistics | null
  /**
   * Connections and datagrams that came to the ports of this end, from `open` to the end of the run, and were none of the peer's: dropped, and in no
   * other count. Absent where `isGuarded` was false.
   */
  strangers?: number | undefined
}
