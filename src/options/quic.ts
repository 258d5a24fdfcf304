import { formatDuration, formatSize, MAX_DURATION_NS } from '../units.js'
import { aSwitch, bytes, count, word } from './kind.js'
import { option, type Use } from './option.js'
import { ANY_QUIC, lasting, NGTCP2, QUIC_BYTES, SEVERAL_MESSAGES } from './uses.js'

export const QUIC_MESSAGES = ['stream', 'stream-each', 'datagram'] as const
/** What carries messages: one stream for all, a stream for each, or DATAGRAM frames (RFC 9221), which may be lost. */
export type QuicMessages = (typeof QUIC_MESSAGES)[number]
const QUIC_CONGESTIONS = ['cubic', 'reno', 'bbr'] as const
export type QuicCongestion = (typeof QUIC_CONGESTIONS)[number]

/** The smallest UDP payload that QUIC allows a path to have (RFC 9000 section 14). */
const MIN_UDP_PAYLOAD_BYTES = 1200
const MAX_UDP_PAYLOAD_BYTES = 65_507
/** One packet fills nearly all of what Linux' loopback device carries at once (its MTU is 65,536). */
const LOOPBACK_UDP_PAYLOAD_BYTES = 65_000
/** Fits an Ethernet frame with every IP header. */
export const DEFAULT_UDP_PAYLOAD_BYTES = 1452
const MAX_QUIC_STREAMS = 64
const MAX_ACK_THRESHOLD = 1000
/** Of a packet that carries a DATAGRAM frame, so much is not payload: header, tag, and the frame's own (RFC 9000, RFC 9221). */
export const QUIC_DATAGRAM_OVERHEAD_BYTES = 34

/** Of a packet's payload. */
export const UDP_PAYLOAD = {
  ...bytes(MIN_UDP_PAYLOAD_BYTES, MAX_UDP_PAYLOAD_BYTES),
  words: { loopback: LOOPBACK_UDP_PAYLOAD_BYTES },
} as const

/** Larger ones only fill queues: the round trip grows, the goodput does not. Large packets take a larger one. */
function defaultWindowBytes(udpPayloadBytes: number): number {
  return (udpPayloadBytes > 9000 ? 8 : 2) * 1024 * 1024
}

const OUTLASTED: Use = {
  needs: 'repetitions that last longer than that',
  holds: (c, value) => typeof value !== 'number' || value < c.lastsNs,
  hint: 'a longer --duration',
}

/** Of QUIC by ngtcp2; `streams` of both libraries. */
export const QUIC = {
  /**
   * What carries messages, one case for each: `stream`, one for all of a connection; `stream-each`, a stream for each message of `rr`, so that one that is
   * lost on the way holds back no other; or `datagram` (DATAGRAM frames, RFC 9221, which may be lost). Default: `['stream']`.
   */
  messages: option({
    flag: '--quic-messages <list>',
    kind: word('way to carry messages', QUIC_MESSAGES),
    default: ['stream'],
    help: 'what carries messages: stream, stream-each (rr: a stream for each, none waits for another), or datagram (RFC 9221, may be lost)',
    byDefault: 'stream',
    each: 'messages',
    of: [ANY_QUIC, lasting('QUIC ping-pong, stream or rr')],
    only: { 'stream-each': SEVERAL_MESSAGES },
    newWords: ['stream-each'],
    called: { 'stream-each': 'a QUIC stream for each message' },
    otherwise: 'stream',
    key: (value) => value,
    isAlwaysInKey: true,
  }),
  /** QUIC streams of a connection, 1–64, over which a stream of bytes is spread. Default: 1. */
  streams: option({
    flag: '--quic-streams <n>',
    kind: count(1, MAX_QUIC_STREAMS),
    default: 1,
    help: 'QUIC streams of each connection of a stream',
    byDefault: '1',
    of: [ANY_QUIC, QUIC_BYTES],
    otherwise: 1,
    key: (value) => `quic-streams=${value}`,
  }),
  /** Payload of a UDP datagram at most, 1,200–65,507; fewer where the path carries fewer. Default: 1,452. */
  udpPayloadBytes: option({
    flag: '--quic-payload <size>',
    kind: UDP_PAYLOAD,
    default: DEFAULT_UDP_PAYLOAD_BYTES,
    help: 'bytes of a UDP datagram at most, or loopback for 65000; fewer where the path carries fewer',
    means: 'of a UDP datagram, at most',
    byDefault: '1452',
    of: [NGTCP2],
    key: (value) => `payload=${value}B`,
  }),
  /** Flow-control window of the connection and of each stream, bytes, 1 KiB to 256 MiB. Default: 2 MiB; 8 MiB for payloads above 9,000 B. */
  windowBytes: option({
    flag: '--quic-window <size>',
    kind: bytes(1024, 256 * 1024 * 1024),
    default: null,
    help: 'flow-control window of the connection and of each stream',
    byDefault: '2 MiB; 8 MiB above 9,000 B',
    of: [NGTCP2],
    fill: (c): number => defaultWindowBytes(c.udpPayloadBytes ?? DEFAULT_UDP_PAYLOAD_BYTES),
    key: (value) => `window=${formatSize(value)}`,
  }),
  /** So many packets are acknowledged at once, 1 to 1,000. Default: 1; of streams 10. */
  ackThreshold: option({
    flag: '--ack-threshold <n>',
    kind: count(1, MAX_ACK_THRESHOLD),
    default: null,
    help: 'packets acknowledged at once',
    byDefault: '1 for ping-pong, 10 for streams',
    of: [NGTCP2],
    // In a ping-pong each packet is acknowledged by the next message.
    fill: (c): number => (c.workload === 'stream' ? 10 : 1),
    key: (value) => `ack-threshold=${value}`,
  }),
  /** Default: `cubic`. */
  congestionControl: option({
    flag: '--quic-congestion <name>',
    kind: word('congestion control', QUIC_CONGESTIONS),
    default: 'cubic',
    help: 'cubic, reno or bbr',
    byDefault: 'cubic',
    of: [NGTCP2],
    key: (value) => value,
  }),
  /** The server asks a client to show that its address is its own (RFC 9000 section 8.1.2): one round trip more. Default: false. */
  retry: option({
    flag: '--quic-retry',
    kind: aSwitch,
    default: false,
    help: 'clients show that their address is their own: a round trip more',
    of: [NGTCP2],
    key: () => 'retry',
    absent: false,
  }),
  /** Packets leave at the rate of the congestion control, not in bursts. Default: false. */
  pacing: option({
    flag: '--quic-pacing',
    kind: aSwitch,
    default: false,
    help: 'packets leave at the rate of the congestion control',
    of: [NGTCP2],
    key: () => 'pacing',
    absent: false,
  }),
  /** The client has the keys updated so often, 100e6 to 24 h; 0 = only when the library has to. Default: 0. */
  keyUpdateNs: option({
    flag: '--quic-key-update <time>',
    // Keys are not updated again within three probe timeouts, each of which is longer than the peer's 25 ms of delay (RFC 9001 section 6.5).
    kind: { is: 'time', min: 100e6, max: MAX_DURATION_NS, orZero: true },
    default: 0,
    help: 'update keys so often',
    means: 'keys updated so often; 0 = when it has to be',
    byDefault: 'when it has to be',
    of: [NGTCP2],
    takesEffectIn: [lasting('QUIC ping-pong, stream or rr'), OUTLASTED],
    key: (value) => `key-update=${formatDuration(value)}`,
    absent: 0,
  }),
  /** A diagnostic, one case for each: packets are copied where they would be encrypted. Never with a peer. Default: `[false]`. */
  nullCrypto: option({
    flag: '--quic-null-crypto',
    kind: aSwitch,
    default: [false],
    help: 'beside QUIC the same without encryption: a diagnostic, never with --peer',
    means: 'a diagnostic: packets copied where they would be encrypted',
    each: 'nullCrypto',
    of: [NGTCP2, lasting('QUIC ping-pong, stream or rr')],
    otherwise: false,
    key: () => 'null-crypto',
    absent: false,
  }),
} as const
