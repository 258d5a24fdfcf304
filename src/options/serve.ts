import { MAX_DURATION_NS, MAX_MESSAGE_BYTES } from '../units.js'
import { aSwitch, bytes, count, time } from './kind.js'
import { MAX_STREAMS } from './measure.js'
import { option } from './option.js'

const MAX_SESSIONS = 1000
const MAX_PARALLEL = 16
const MAX_FAILURES = 1_000_000
/** Of a machine of today. */
const MAX_MEMORY_BYTES = 2 ** 46

/** What an operator lets clients have: of `xrbench serve` and of a program that serves. No case is made of it. */
export const SERVE = {
  /** Clients held at a time, 1 to 1,000; others are refused. Default: 16. */
  maxSessions: option({
    flag: '--max-sessions <n>',
    kind: count(1, MAX_SESSIONS),
    default: 16,
    help: 'clients held at a time; others are refused',
    byDefault: '16',
  }),
  /** Of these, from one address, 1 to 1,000. Default: half; all where it listens on loopback. */
  maxSessionsPerAddress: option({
    flag: '--max-sessions-per-address <n>',
    kind: count(1, MAX_SESSIONS),
    default: null,
    help: 'of these, from one address',
    byDefault: 'half; all where it listens on loopback',
  }),
  /** Clients that measure at a time, 1 to 16; others wait. Default: 1. */
  parallel: option({
    flag: '--parallel <n>',
    kind: count(1, MAX_PARALLEL),
    default: 1,
    help: 'clients that measure at a time; others wait',
    byDefault: '1',
  }),
  /** Clients that wait for that, 0 to 1,000; others are refused. Default: 15. */
  maxQueue: option({
    flag: '--max-queue <n>',
    kind: count(0, MAX_SESSIONS),
    default: 15,
    help: 'clients that wait for that; others are refused',
    byDefault: '15',
  }),
  /** Of a client, while others wait, whatever it told, a second to 48 h. Default: 4 h. */
  maxTurnNs: option({
    flag: '--max-turn <time>',
    kind: time(1e9, 2 * MAX_DURATION_NS),
    default: 4 * 3600e9,
    help: 'of a client, while others wait, whatever it told',
    byDefault: '4h',
  }),
  /** Warm-up and measured phase of a repetition together, 1 to 48 h. Default: 3600e9. */
  maxDurationNs: option({
    flag: '--max-duration <time>',
    // Each has the limit of the command line.
    kind: time(1, 2 * MAX_DURATION_NS),
    default: 3600e9,
    help: 'longest warm-up and measured phase of a repetition',
    byDefault: '1h',
  }),
  /**
   * Of a stream each way, payload bits per second, whole; of other messages and answers no more than 100 µs of it is under way at a time. Default: 400e9
   * where the link carries more, which is the limit otherwise.
   */
  maxRateBitsPerSec: option({
    flag: '--max-rate <rate>',
    kind: { is: 'rate' },
    default: null,
    help: 'of a stream each way, payload bits; of others no more than 100 µs of it is under way',
    byDefault: '400G, where the link carries more',
  }),
  /** Of a message, 1 to 64 MiB. Default: 64 MiB. */
  maxMessageBytes: option({
    flag: '--max-size <size>',
    kind: bytes(1, MAX_MESSAGE_BYTES),
    default: MAX_MESSAGE_BYTES,
    help: 'of a message',
    byDefault: '64MiB',
  }),
  /** Connections of a stream each way, 1 to 64. Default: 64. */
  maxStreams: option({
    flag: '--max-streams <n>',
    kind: count(1, MAX_STREAMS),
    default: MAX_STREAMS,
    help: 'connections of a stream each way',
    byDefault: '64',
  }),
  /** For the buffers of all clients together, 1 B to 64 TiB. Default: 1 GiB. */
  maxMemoryBytes: option({
    flag: '--max-memory <size>',
    kind: bytes(1, MAX_MEMORY_BYTES),
    default: 1024 ** 3,
    help: 'for buffers of all clients together',
    byDefault: '1GiB',
  }),
  /** Wrong keys of an address in a minute, after which nobody there is listened to for the rest of it, 1 to 1,000,000. Default: 60. */
  maxFailures: option({
    flag: '--max-failures <n>',
    kind: count(1, MAX_FAILURES),
    default: 60,
    help: 'wrong keys of an address in a minute; for the rest of it nobody there is listened to',
    byDefault: '60',
  }),
  /** Clients of before challenges of data, which do not return any, may have UDP and QUIC though they are elsewhere. Default: false. */
  allowOlder: option({
    flag: '--allow-older',
    kind: aSwitch,
    default: false,
    help: 'send UDP and QUIC to clients of before challenges: they, or whoever forges their address, choose to which port there',
  }),
  /** Clients on other machines are served even where this one does not confine what measures for them. Default: false. */
  allowUnconfined: option({
    flag: '--allow-unconfined',
    kind: aSwitch,
    default: false,
    help: 'measure for other machines even where nothing confines what does so (no seccomp)',
  }),
  /** Clients may choose the CPUs of this end. Default: false. */
  allowCpu: option({
    flag: '--allow-cpu',
    kind: aSwitch,
    default: false,
    help: 'let clients choose the CPUs of this end with --pin',
  }),
} as const
