import { formatSize } from '../units.js'
import { bytes, count, word } from './kind.js'
import { option } from './option.js'
import { RDMA_ONLY } from './uses.js'

export const QUEUE_PAIR_TYPES = ['rc', 'uc', 'ud'] as const
/** Service of a queue pair: reliable connected, unreliable connected, unreliable datagram. */
export type QueuePairType = (typeof QUEUE_PAIR_TYPES)[number]
export const RDMA_OPERATIONS = [
  'send',
  'write',
  'write-imm',
  'read',
  'fetch-add',
  'compare-swap',
] as const
/** What carries a message (ibv_post_send(3)). `read` and the atomics work on the far end's memory without its CPU. */
export type RdmaOperation = (typeof RDMA_OPERATIONS)[number]
const WAYS_TO_CONNECT = ['exchange', 'rdma-cm'] as const
/** How queue pairs are connected: by what the session carries of them, or by the kernel's connection manager (rdma_cm(7)). */
export type ConnectBy = (typeof WAYS_TO_CONNECT)[number]

const MAX_QUEUE_DEPTH = 8192
/** An atomic operation works on one word (ibv_post_send(3)). */
export const ATOMIC_BYTES = 8
const of = [RDMA_ONLY]
const depth = count(1, MAX_QUEUE_DEPTH)

/** Of RDMA; `null` leaves the choice to the addon, by size or by the route. */
export const RDMA = {
  /** Default: `rc`. */
  queuePair: option({
    flag: '--qp <type>',
    kind: word('queue pair type', QUEUE_PAIR_TYPES),
    default: 'rc',
    help: 'queue pairs: rc, uc or ud',
    byDefault: 'rc',
    of,
    key: (value) => value,
    isAlwaysInKey: true,
  }),
  /** RC: all; UC: send, write, write-imm; UD: send. Atomics need 8-byte messages; a write ping-pong needs `spin`. Default: `send`. */
  operation: option({
    flag: '--operation <name>',
    kind: word('operation', RDMA_OPERATIONS),
    default: 'send',
    help: 'what carries a message: send, write, write-imm, read, fetch-add or compare-swap',
    means: 'what carries a message',
    byDefault: 'send',
    of,
    key: (value) => value,
    isAlwaysInKey: true,
  }),
  /** As in /sys/class/infiniband; by default the one that has the local address as a RoCE v2 GID. */
  device: option({
    flag: '--device <name>',
    kind: {
      is: 'name',
      noun: 'RDMA device',
      pattern: /^[A-Za-z0-9_.-]{1,63}$/,
      hint: 'ls /sys/class/infiniband',
    },
    default: null,
    help: 'RDMA device',
    byDefault: 'the one with the local address',
    of,
    // A name on one machine; what it led to is compared as it was granted.
    held: 'none',
  }),
  /** 1 to 255. Default: the first that is active. */
  port: option({
    flag: '--port <n>',
    kind: count(1, 255),
    default: null,
    help: 'port of the device',
    byDefault: 'the first that is active',
    of,
    held: 'none',
  }),
  /** 0 to 65,535. Default: by address, RoCE v2. */
  gidIndex: option({
    flag: '--gid-index <n>',
    kind: count(0, 65_535),
    default: null,
    help: 'entry of its GID table',
    byDefault: 'by address, RoCE v2',
    of,
    held: 'none',
  }),
  /** Of streams and requests: messages posted and not yet known to be done, 1 to 8,192. Default: 128, of large requests fewer. */
  txDepth: option({
    flag: '--tx-depth <n>',
    kind: depth,
    default: null,
    help: 'messages of a stream under way at once',
    byDefault: '128',
    of,
    key: (value) => `tx-depth=${value}`,
  }),
  /** Of streams and requests: receives posted ahead, 4 to 8,192. Default: 512, of large requests fewer. */
  rxDepth: option({
    flag: '--rx-depth <n>',
    kind: count(4, MAX_QUEUE_DEPTH),
    default: null,
    help: 'receives posted ahead',
    byDefault: '512',
    of,
    key: (value) => `rx-depth=${value}`,
  }),
  /** Of so many messages one asks for a completion, 1 to 8,192; at most half of `txDepth`. Default: of streams as many as make 1 MiB, of others 16 or fewer. */
  signalEvery: option({
    flag: '--signal-every <n>',
    kind: depth,
    default: null,
    help: 'messages for each completion',
    byDefault: 'by size',
    of,
    key: (value) => `signal-every=${value}`,
  }),
  /** Streams: messages handed to the device in one call, 1 to 8,192; at most half of `txDepth`. Default: 16 up to 4 KiB, else 1. */
  postList: option({
    flag: '--post-list <n>',
    kind: depth,
    default: null,
    help: 'messages handed over in one call',
    byDefault: '16 up to 4 KiB, else 1',
    of,
    key: (value) => `post-list=${value}`,
  }),
  /** Copied into the work request up to this size, 0 to 4,096 B, as far as the device grants it; 0 = never. Default: 220, of `read` and the atomics 0. */
  inlineBytes: option({
    flag: '--inline <size>',
    kind: bytes(0, 4096),
    default: null,
    help: 'messages up to this size are copied into the work request',
    of,
    key: (value) => `inline=${formatSize(value)}`,
  }),
  /** `rdma-cm` is for RC; an iWARP device has nothing else, whatever is said here. Default: `exchange`. */
  connectBy: option({
    flag: '--connect-by <way>',
    kind: word('way to connect', WAYS_TO_CONNECT),
    default: 'exchange',
    help: 'exchange: over the session; rdma-cm: by the kernel, RC only',
    means: 'rdma-cm: by the connection manager of the kernel',
    byDefault: 'exchange',
    of,
    key: (value) => value,
    absent: 'exchange',
  }),
} as const
