import type {
  QuicMessages,
  RdmaOptions,
  SocketOptions,
  UnixType,
  WorkloadName,
} from '../addon/addon.js'
import { filled } from '../options/fill.js'
import { CONNECT_TIMEOUT, MEASURE } from '../options/measure.js'
import { ATOMIC_BYTES } from '../options/rdma.js'
import { SOCKET } from '../options/socket.js'
import { isAtomic } from './rdma.js'
import type { TransportName } from './transports.js'

/** Payload of one message of a ping-pong, a connect or a request when none is asked for. */
const DEFAULT_PING_PONG_BYTES = 64
/** One send of a TCP stream when none is asked for: few system calls, and it still fits a second-level cache. */
const DEFAULT_STREAM_BYTES = 256 * 1024
/** One datagram of a UDP stream when none is asked for: fits an Ethernet frame with every IP header. */
const DEFAULT_STREAM_DATAGRAM_BYTES = 1400

/** Of `quic-perf`, which asks that windows agree to within 5 %: on a busy machine they seldom do. */
export const DEFAULT_PERF_WARMUP_CAP_NS = 1e9
export const DEFAULT_INTERVAL_NS = MEASURE.intervalNs.default
export const DEFAULT_IDLE_TIMEOUT_NS = MEASURE.idleTimeoutNs.default
export const DEFAULT_CONNECT_TIMEOUT_NS = CONNECT_TIMEOUT.default

export const DEFAULT_SOCKET: Readonly<SocketOptions> = filled(SOCKET)

/** One message of an RDMA stream when none is asked for. */
const DEFAULT_STREAM_RDMA_BYTES = 64 * 1024
/** … over UD, where it is one packet: fits the MTU of every path. */
const DEFAULT_STREAM_UD_BYTES = 256

/** … over AF_UNIX in packets, which hold 212,960 B. */
const DEFAULT_STREAM_SEQPACKET_BYTES = 64 * 1024

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
