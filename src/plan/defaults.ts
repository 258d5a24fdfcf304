import type {
  Direction,
  QuicMessages,
  RdmaOptions,
  SocketOptions,
  UnixType,
  WaitPolicy,
  WorkloadName,
} from '../addon/addon.js'
import type { TransportName } from './case.js'
import { isQuic } from './quic-family.js'
import { isAtomic } from './rdma.js'
import { ATOMIC_BYTES } from './rdma-words.js'

/** Workloads a user can name. */
export const WORKLOAD_NAMES = [
  'ping-pong',
  'stream',
  'connect',
  'rr',
] as const satisfies readonly WorkloadName[]

export const DIRECTIONS = ['up', 'down', 'both'] as const satisfies readonly Direction[]
/** Ways to wait that a user can name. */
export const WAITS = ['block', 'spin'] as const satisfies readonly WaitPolicy[]

/** Payload of one message of a ping-pong, a connect or a request when none is asked for. */
export const DEFAULT_PING_PONG_BYTES = 64
/** One send of a TCP stream when none is asked for: few system calls, and it still fits a second-level cache. */
export const DEFAULT_STREAM_BYTES = 256 * 1024
/** One datagram of a UDP stream when none is asked for: fits an Ethernet frame with every IP header. */
export const DEFAULT_STREAM_DATAGRAM_BYTES = 1400

/**
 * SO_RCVBUF of streams and requests over UDP when none is asked for. The kernel's own 208 KiB hold three merged datagrams (UDP_GRO): a receiver that sleeps
 * a moment would lose most of a stream that it has the time to read. The kernel may grant less (net.core.rmem_max).
 */
export const DEFAULT_DATAGRAM_RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024

export const DEFAULT_DURATION_NS = 3e9
/** Seldom reached, for a warm-up ends when the path is steady: long enough for TCP to come through the losses of its start where 64 KiB take 10 ms. */
export const DEFAULT_WARMUP_CAP_NS = 4e9
/** Of `quic-perf`, which asks that windows agree to within 5 %: on a busy machine they seldom do. */
export const DEFAULT_PERF_WARMUP_CAP_NS = 1e9
/** A run of the default length has a dozen: enough to tell whether it began before the path was steady. */
export const DEFAULT_INTERVAL_NS = 250e6
export const DEFAULT_MESSAGE_TIMEOUT_NS = 1e9
export const DEFAULT_IDLE_TIMEOUT_NS = 5e9
export const DEFAULT_CONNECT_TIMEOUT_NS = 5e9
/** Even, for A B B A: what a steady drift adds to a round it takes from the next. Six are the fewest that can show a difference (p = 2 / 2⁶). */
export const DEFAULT_REPETITIONS = 6

/**
 * In the lab, where the user gave none: each repetition there costs seconds beyond its measuring, and an emulated machine takes many times as
 * long to connect or to get on. How often is of the whole run.
 */
export const LAB_DURATION_NS = 1e9
export const LAB_WARMUP_CAP_NS = 500e6
export const LAB_IDLE_TIMEOUT_NS = 15e9
export const LAB_CONNECT_TIMEOUT_NS = 25e9
export const LAB_REPETITIONS = 4

export const DEFAULT_SOCKET: Readonly<SocketOptions> = Object.freeze({
  sendBufferBytes: null,
  receiveBufferBytes: null,
  noDelay: true,
  congestionControl: null,
  dscp: null,
  busyPollUs: null,
  segmentationOffload: true,
})

/** One message of an RDMA stream when none is asked for. */
export const DEFAULT_STREAM_RDMA_BYTES = 64 * 1024
/** … over UD, where it is one packet: fits the MTU of every path. */
export const DEFAULT_STREAM_UD_BYTES = 256

/** … over AF_UNIX in packets, which hold 212,960 B. */
export const DEFAULT_STREAM_SEQPACKET_BYTES = 64 * 1024

/** Whether a stream of `transport` arrives in datagrams, for which the kernel's own receive buffer is too small. */
function arrivesInDatagrams(transport: TransportName): boolean {
  return transport === 'udp' || isQuic(transport)
}

/** SO_RCVBUF when `--rcvbuf` is not given; `null` leaves the kernel's own. */
export function defaultReceiveBufferBytes(
  transport: TransportName,
  workload: WorkloadName,
): number | null {
  return arrivesInDatagrams(transport) && (workload === 'stream' || workload === 'rr')
    ? DEFAULT_DATAGRAM_RECEIVE_BUFFER_BYTES
    : null
}

/** Bytes of a message when `--size` is not given. */
export function defaultSizeBytes(
  transport: TransportName,
  workload: WorkloadName,
  rdma: Pick<RdmaOptions, 'queuePair' | 'operation'>,
  { messages, unixType }: { messages: QuicMessages; unixType: UnixType },
): number {
  if (transport === 'rdma' && isAtomic(rdma.operation)) return ATOMIC_BYTES
  if (workload !== 'stream') return DEFAULT_PING_PONG_BYTES
  if (transport === 'rdma') {
    return rdma.queuePair === 'ud' ? DEFAULT_STREAM_UD_BYTES : DEFAULT_STREAM_RDMA_BYTES
  }
  if (transport === 'unix' && unixType === 'seqpacket') return DEFAULT_STREAM_SEQPACKET_BYTES
  const inDatagrams = transport === 'udp' || (transport === 'quic' && messages === 'datagram')
  return inDatagrams ? DEFAULT_STREAM_DATAGRAM_BYTES : DEFAULT_STREAM_BYTES
}
