import { formatDuration, formatRate, formatSize, MAX_MESSAGE_BYTES } from '../units.js'
import { aSwitch, bytes, count, type Pin, time, word } from './kind.js'
import { LEFT_OUT, option } from './option.js'
import { AF_UNIX, BUSY_POLLED, LOSSY_ANSWERS, REQUESTS, STREAMS } from './uses.js'
import { WORKLOAD_NAMES } from './workloads.js'

const DIRECTIONS = ['up', 'down', 'both'] as const
/** Of a stream, seen from the client: `up` = the client sends, `down` = it receives, `both` = each way at once. */
export type Direction = (typeof DIRECTIONS)[number]
/** Ways to wait that a user can name. */
export const WAITS = ['block', 'spin', 'busy-poll'] as const
export type WaitPolicy = (typeof WAITS)[number]
const UNIX_TYPES = ['stream', 'seqpacket'] as const
/** Of AF_UNIX sockets: a stream of bytes, or packets of one message each (unix(7)). */
export type UnixType = (typeof UNIX_TYPES)[number]

export const MAX_STREAMS = 64
const MAX_REPETITIONS = 1000
const MAX_ITERATIONS = 1e12
/** Requests under way at once. */
const MAX_INFLIGHT = 4096
const DEFAULT_INFLIGHT = 1
export const DEFAULT_MESSAGE_TIMEOUT_NS = 1e9
/** For something that does not come. */
const MAX_WAIT_NS = 3600e9
/** How long connections may take to be made: nobody is asked, and an emulated machine takes many times as long. What a client may tell an agent. */
export const CONNECT_TIMEOUT = { ...time(1, 60e9), default: 5e9, inLab: 25e9 } as const

/** What is measured and for how long, whatever carries it. */
export const MEASURE = {
  /** Default: `['ping-pong']`. */
  workloads: option({
    flag: '-w, --workload <list>',
    kind: { ...word('workload', WORKLOAD_NAMES), code: 'XRB_UNKNOWN_WORKLOAD' },
    default: ['ping-pong'],
    help: WORKLOAD_NAMES.join(', '),
    byDefault: 'ping-pong',
    each: 'workload',
  }),
  /**
   * Payload of a message, bytes, 1 to 64 MiB; UDP and QUIC datagrams less. Default: 64; of streams 256 KiB, over RDMA 64 KiB, in datagrams 1,400.
   */
  sizesBytes: option({
    flag: '-s, --size <list>',
    kind: bytes(1, MAX_MESSAGE_BYTES),
    default: null,
    help: 'payload of a message: the bytes handed to the transport’s own send operation as a unit',
    means: 'payload of a message; rr: of a request',
    byDefault: '64 B; streams 256 KiB over TCP, 1,400 B over UDP',
    each: 'messageSizeBytes',
    held: 'question',
  }),
  /** Of `rr`: payload of an answer, bytes, 1 to 64 MiB. Default: that of the request. */
  responseSizeBytes: option({
    flag: '--response-size <size>',
    kind: bytes(1, MAX_MESSAGE_BYTES),
    default: null,
    help: 'payload of an answer of rr',
    means: 'of an answer; null: another workload',
    byDefault: 'that of --size',
    of: [REQUESTS],
    otherwise: null,
    fill: (c): number => c.messageSizeBytes,
    key: (value) => `response=${formatSize(value)}`,
    absent: null,
    isNewOnWire: 'with its workload',
    held: 'question',
  }),
  /** Of `rr`: requests under way at once, 1 to 4,096. Default: 1. */
  inflight: option({
    flag: '--inflight <n>',
    kind: count(1, MAX_INFLIGHT),
    default: DEFAULT_INFLIGHT,
    help: 'requests of rr under way at once',
    means: 'requests under way at once; null: another workload',
    byDefault: '1',
    of: [REQUESTS],
    otherwise: null,
    key: (value) => `inflight=${value}`,
    absent: null,
    isNewOnWire: 'with its workload',
    held: 'question',
  }),
  /** Of streams: `up` (to the server), `down` or `both`. Default: `up`. */
  direction: option({
    flag: '--direction <way>',
    kind: word('direction', DIRECTIONS),
    default: 'up',
    help: 'of streams: up, down or both',
    means: 'of a stream: up = the client sends',
    byDefault: 'up, to the server',
    of: [STREAMS],
    otherwise: 'up',
    key: (value) => value,
    held: 'question',
  }),
  /** Connections of a stream in each direction, 1 to 64. Default: 1. */
  streams: option({
    flag: '--streams <n>',
    kind: count(1, MAX_STREAMS),
    default: 1,
    help: 'connections of a stream in each direction',
    means: 'connections per direction',
    byDefault: '1',
    of: [STREAMS],
    otherwise: 1,
    key: (value) => `streams=${value}`,
    held: 'question',
  }),
  /** Offered load of streams, payload bits per second, more than 0. Default: no limit. */
  rateBitsPerSec: option({
    flag: '--rate <rate>',
    kind: { is: 'rate' },
    default: 0,
    help: 'offered load of streams, payload bits per second',
    means: 'offered load, payload bits; 0 = unlimited',
    byDefault: 'no limit',
    of: [STREAMS],
    otherwise: 0,
    key: (value) => `rate=${formatRate(value)}`,
    held: 'question',
  }),
  /**
   * `block`: sleep in the kernel; `spin`: poll without sleeping; `busy-poll`: sleep, but let the kernel poll the device before it (SO_PREFER_BUSY_POLL; TCP,
   * TLS and UDP). Default: `['block']`.
   */
  waits: option({
    flag: '--wait <list>',
    kind: word('wait policy', WAITS),
    default: ['block'],
    help: 'block: sleep in the kernel; spin: poll without sleeping; busy-poll: sleep, the kernel polling the device first (SO_PREFER_BUSY_POLL; TCP, TLS, UDP)',
    means:
      'spin: polls without sleeping; block: sleeps in the kernel; busy-poll: the same, the kernel polling the device first',
    byDefault: 'block',
    each: 'wait',
    only: { 'busy-poll': BUSY_POLLED },
    newWords: ['busy-poll'],
    held: 'question',
  }),
  /** Measured phase of a repetition, 1 to 24 h. Not together with `iterations`. Default: 3e9; in the lab 1e9. */
  durationNs: option({
    flag: '-d, --duration <time>',
    heading: 'For how long:',
    kind: time(1),
    default: 3e9,
    // Each repetition there costs seconds beyond its measuring.
    inLab: 1e9,
    help: 'of the measured phase of a repetition',
    means: '0 = iterations decides',
    byDefault: '3s; in the lab 1s',
    // Where messages decide.
    otherwise: 0,
    // How long was measured is one fact, whichever of the two ended it.
    held: 'none',
  }),
  /** Messages of the measured phase in place of a time, 1 to 1e12; of streams for each connection, on the average. */
  iterations: option({
    flag: '-n, --iterations <n>',
    heading: 'For how long:',
    kind: count(1, MAX_ITERATIONS),
    default: 0,
    help: 'messages of the measured phase, in place of --duration; with --streams per connection, on the average: a direction ends when all its connections together have n times their number',
    means: '0 = durationNs decides',
    held: 'none',
  }),
  /** Limit of the warm-up, which ends when it is steady; 0 to 24 h. Default: 4e9; in the lab 0.5e9. */
  warmupCapNs: option({
    flag: '--warmup <time>',
    heading: 'For how long:',
    kind: time(0),
    // Seldom reached: long enough for TCP to come through the losses of its start where 64 KiB take 10 ms.
    default: 4e9,
    inLab: 500e6,
    help: 'limit of the warm-up, which ends when steady',
    means: 'warm-up ends at the latest after this',
    byDefault: '4s; in the lab 500ms',
  }),
  /** Of each case, on fresh connections and in fresh processes, interleaved; 1 to 1,000. Default: 6; 4 where the lab is used. */
  repetitions: option({
    flag: '-r, --repeat <n>',
    heading: 'For how long:',
    kind: count(1, MAX_REPETITIONS),
    // Even, for A B B A: what a steady drift adds to a round it takes from the next. Six are the fewest that can show a difference (p = 2 / 2⁶).
    default: 6,
    inLab: 4,
    help: 'repetitions of each case, on fresh connections, interleaved, even: A B B A',
    byDefault: '6; 4 where the lab is used',
  }),
  /** Step of the time series, 1e6 to 24 h. Default: 250e6, or a twelfth of `durationNs` where that is less. */
  intervalNs: option({
    flag: '--interval <time>',
    heading: 'For how long:',
    kind: time(1e6),
    // A run of the default length has a dozen: enough to tell whether it began before the path was steady.
    default: 250e6,
    help: 'step of the time series',
    means: 'length of an interval of the time series, before doubling',
    byDefault: '250ms, or a twelfth of --duration',
    held: 'none',
  }),
  /**
   * No progress for so long ends a repetition, 1e6 to 1 h: of a stream, of all its connections, and beyond the time between two messages of a rate.
   * Default: 5e9; in the lab 15e9.
   */
  idleTimeoutNs: option({
    flag: '--timeout <time>',
    heading: 'For how long:',
    kind: time(1e6, MAX_WAIT_NS),
    default: 5e9,
    inLab: 15e9,
    help: 'no progress for so long ends a repetition; one connection of a stream that starves beside others does not',
    means:
      'no progress for so long is a stall; of a stream, of all its connections, beyond the time between two messages of its rate',
    byDefault: '5s; in the lab 15s',
    // It ends what hangs.
    held: 'none',
  }),
  /** An answer later than this is lost, where a transport loses; 1e6 to 1 h, shorter than `idleTimeoutNs`. Default: 1e9, or half of `idleTimeoutNs` where that is less. */
  messageTimeoutNs: option({
    flag: '--message-timeout <time>',
    heading: 'For how long:',
    kind: time(1e6, MAX_WAIT_NS),
    default: DEFAULT_MESSAGE_TIMEOUT_NS,
    help: 'an answer later than this is lost, where messages can be lost',
    means:
      'UDP ping-pong, and rr where messages can be lost: an answer that has not come by then is lost',
    byDefault: '1s, or half of --timeout',
    of: [LOSSY_ANSWERS],
    key: (value) => `message-timeout=${formatDuration(value)}`,
    held: 'transport',
  }),
  /** CPUs of the measuring threads: `auto` (one for each end where there are enough), `none`, or lists of CPUs. Default: `auto`. */
  pin: option({
    flag: '--pin <cpus>',
    heading: 'Sockets and CPUs:',
    kind: { is: 'pin' },
    default: 'auto',
    help: 'auto, none, or CLIENT:SERVER, as 3:2 or 2,3:0,1',
    byDefault: 'auto',
    key: (pin: Pin) =>
      typeof pin === 'string'
        ? `pin=${pin}`
        : `pin=${pin.client.join('+')}:${pin.server.join('+')}`,
    placeInKey: 'last',
  }),
  /** Every byte is checked where it arrives; slow. Default: false. */
  verify: option({
    flag: '--verify',
    heading: 'Sockets and CPUs:',
    kind: aSwitch,
    default: false,
    help: 'check every byte of the messages where they arrive; slow',
    means: 'every byte of each message checked where it arrives',
    key: () => 'verify',
    placeInKey: 'with its own',
    absent: false,
  }),
  /** Of AF_UNIX: `stream` (bytes) or `seqpacket` (a packet for each message). Default: `['stream']`. */
  unixTypes: option({
    flag: '--unix-type <list>',
    heading: 'Sockets and CPUs:',
    kind: word('type of socket', UNIX_TYPES),
    default: ['stream'],
    help: 'AF_UNIX sockets: stream or seqpacket',
    means: 'of AF_UNIX: bytes, or a packet for each message; absent: another transport',
    byDefault: 'stream',
    each: 'unixType',
    of: [AF_UNIX],
    otherwise: LEFT_OUT,
    key: (value) => value,
    isNewOnWire: 'with its transport',
    held: 'transport',
  }),
} as const
