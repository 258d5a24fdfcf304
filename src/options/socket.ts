import { formatSize } from '../units.js'
import { aSwitch, bytes, count } from './kind.js'
import { type Circumstances, option } from './option.js'
import { NETWORKS, SEGMENTED, SOCKETS, TCP } from './uses.js'

/** Of a socket. */
const MAX_BUFFER_BYTES = 1024 ** 3
const MAX_BUSY_POLL_US = 1_000_000

/**
 * SO_RCVBUF of streams and requests in datagrams when none is asked for. The kernel's own 208 KiB hold three merged datagrams (UDP_GRO): a receiver
 * that sleeps a moment would lose most of a stream that it has the time to read. The kernel may grant less (net.core.rmem_max).
 */
export const DEFAULT_DATAGRAM_RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024

/** `null` leaves the kernel's own. */
function receiveBufferBytes({ transport, workload }: Circumstances): number | null {
  const inDatagrams = transport === 'udp' || transport === 'quic' || transport === 'quic:openssl'
  return inDatagrams && (workload === 'stream' || workload === 'rr')
    ? DEFAULT_DATAGRAM_RECEIVE_BUFFER_BYTES
    : null
}

/** Of the sockets; `null` leaves the kernel's own. */
export const SOCKET = {
  /** SO_SNDBUF, 1 B to 1 GiB; the kernel may grant less. */
  sendBufferBytes: option({
    flag: '--sndbuf <size>',
    kind: bytes(1, MAX_BUFFER_BYTES),
    default: null,
    help: 'SO_SNDBUF',
    byDefault: 'chosen by the kernel',
    of: [SOCKETS],
    otherwise: null,
    key: (value) => `sndbuf=${formatSize(value)}`,
  }),
  /** SO_RCVBUF, 1 B to 1 GiB; the kernel may grant less. Streams of datagrams ask for 4 MiB where nobody says. */
  receiveBufferBytes: option({
    flag: '--rcvbuf <size>',
    kind: bytes(1, MAX_BUFFER_BYTES),
    default: null,
    help: 'SO_RCVBUF',
    byDefault: 'chosen by the kernel; UDP streams ask for 4 MiB',
    of: [SOCKETS],
    otherwise: null,
    fill: receiveBufferBytes,
    key: (value) => `rcvbuf=${formatSize(value)}`,
  }),
  /** TCP_NODELAY (tcp(7)); meaningless for others than TCP. Default: true. */
  noDelay: option({
    flag: '--no-nodelay',
    kind: aSwitch,
    default: true,
    help: 'leave Nagle’s algorithm on: no TCP_NODELAY',
    means: 'TCP_NODELAY',
    of: [TCP],
    key: () => 'no-nodelay',
  }),
  /** TCP_CONGESTION (tcp(7)), e.g. `cubic`. */
  congestionControl: option({
    flag: '--congestion <name>',
    kind: {
      is: 'name',
      noun: 'congestion control',
      pattern: /^[A-Za-z0-9_-]{1,15}$/,
      hint: 'see sysctl net.ipv4.tcp_available_congestion_control',
    },
    default: null,
    help: 'TCP_CONGESTION',
    byDefault: 'of the system',
    of: [TCP],
    otherwise: null,
    key: (value) => `congestion=${value}`,
  }),
  /** Differentiated services code point, 0–63 (RFC 2474); written to IP_TOS or IPV6_TCLASS. */
  dscp: option({
    flag: '--dscp <n>',
    kind: count(0, 63),
    default: null,
    help: 'differentiated services code point, 0 to 63',
    of: [NETWORKS],
    otherwise: null,
    key: (value) => `dscp=${value}`,
  }),
  /** SO_BUSY_POLL (socket(7)), microseconds, 0 to 1,000,000. */
  busyPollUs: option({
    flag: '--busy-poll <us>',
    kind: count(0, MAX_BUSY_POLL_US),
    default: null,
    help: 'SO_BUSY_POLL, microseconds',
    of: [NETWORKS],
    otherwise: null,
    key: (value) => `busy-poll=${value}us`,
  }),
  /** Multipath TCP (RFC 8684): a connection that may take several paths. Refused where the kernel has none. Default: false. */
  mptcp: option({
    flag: '--mptcp',
    kind: aSwitch,
    default: false,
    help: 'connections of Multipath TCP (RFC 8684)',
    of: [TCP],
    otherwise: false,
    key: () => 'mptcp',
    absent: false,
    isNewOnWire: true,
    called: { mptcp: 'Multipath TCP' },
  }),
  /** UDP_SEGMENT and UDP_GRO (udp(7)) for UDP and QUIC streams where the kernel has them. Default: true. */
  segmentationOffload: option({
    flag: '--no-gso',
    kind: aSwitch,
    default: true,
    help: 'one datagram per system call: no UDP_SEGMENT, no UDP_GRO',
    means: 'UDP_SEGMENT and UDP_GRO',
    of: [SEGMENTED],
    key: () => 'no-gso',
  }),
} as const
