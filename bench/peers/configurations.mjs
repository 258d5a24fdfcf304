import { BenchError } from './bench-error.mjs'

/**
 * `own-…` is xrbench itself with something else in place: what QUIC and TLS cost is told against its own loops.
 * @typedef {'xrbench' | 'bare' | 'sockperf' | 'iperf3' | 'perftest' | 'ngtcp2' | 'quiche' | 'quic-go' | 'openssl'
 *   | 'own-tcp' | 'own-tls' | 'own-udp' | 'own-no-gso' | 'own-perf'} ToolName
 * @typedef {object} Aim
 * @property {ToolName | null} peer whom xrbench is held against; `null` = a bound on xrbench's own figure
 * @property {'p50Ns' | 'goodputBitsPerSec' | 'messagesPerSec' | 'lossFraction' | 'deliveredFraction' | 'packetsPerMessage'} metric
 * @property {'at most' | 'at least'} sense
 * @property {number} bound of the ratio xrbench ÷ peer, or of the figure itself
 *
 * @typedef {object} Configuration
 * @property {string} name
 * @property {'tcp' | 'udp' | 'rdma' | 'quic' | 'tls' | 'shm'} transport
 * @property {'ping-pong' | 'stream' | 'rate' | 'paced' | 'download' | 'requests'} workload `rate` = a stream of which the messages are
 *   counted; `download` = one of DOWNLOAD_BYTES from the server, warm-up included; `requests` = of the perf protocol, each on a stream of its own
 * @property {'spin' | 'block'} wait
 * @property {number | null} sizeBytes `null` = each tool's own default
 * @property {string} sizeWord
 * @property {ToolName[]} tools xrbench first
 * @property {Aim[]} aims
 * @property {'stream' | 'datagram'} [messages] of QUIC
 * @property {'rc' | 'ud'} [queuePair] of RDMA
 * @property {'send' | 'write' | 'read' | 'fetch-add'} [operation] of RDMA
 */

const KIB = 1024
/** Fits an Ethernet frame with IPv4 and UDP headers, and leaves room for a tunnel. */
const UDP_STREAM_BYTES = 1400

/** @returns {Configuration[]} */
function pingPongs() {
  const sizes = /** @type {const} */ ([
    [64, '64', '64 B'],
    [KIB, '1k', '1 KiB'],
  ])
  const transports = /** @type {const} */ (['tcp', 'udp'])
  const waits = /** @type {const} */ (['spin', 'block'])
  return transports.flatMap((transport) =>
    sizes.flatMap(([sizeBytes, sizeWord, sizeText]) =>
      waits.map((wait) => ({
        name: `${transport} ping-pong ${sizeText} ${wait}`,
        transport,
        workload: /** @type {const} */ ('ping-pong'),
        wait,
        sizeBytes,
        sizeWord,
        tools: /** @type {ToolName[]} */ (['xrbench', 'bare', 'sockperf']),
        aims: /** @type {Aim[]} */ ([
          { peer: 'bare', metric: 'p50Ns', sense: 'at most', bound: 1.02 },
          { peer: 'sockperf', metric: 'p50Ns', sense: 'at most', bound: 1 },
        ]),
      })),
    ),
  )
}

/**
 * @param {'tcp' | 'udp'} transport
 * @param {'stream' | 'paced'} workload
 * @param {number | null} sizeBytes
 * @param {string} sizeWord
 * @param {string} sizeText
 * @param {Aim[]} aims
 * @returns {Configuration}
 */
function stream(transport, workload, sizeBytes, sizeWord, sizeText, aims) {
  const name = `${transport} ${workload === 'paced' ? 'paced stream' : 'stream'} ${sizeText}`
  const tools = /** @type {ToolName[]} */ (['xrbench', 'iperf3'])
  return { name, transport, workload, wait: 'block', sizeBytes, sizeWord, tools, aims }
}

/**
 * @param {number} bound
 * @returns {Aim}
 */
const goodputOfIperf3 = (bound) => ({
  peer: 'iperf3',
  metric: 'goodputBitsPerSec',
  sense: 'at least',
  bound,
})

/**
 * @param {'rc' | 'ud'} queuePair
 * @param {'send' | 'write' | 'read' | 'fetch-add'} operation
 * @param {'ping-pong' | 'stream' | 'rate'} workload
 * @param {{ sizeBytes?: number, sizeWord?: string, sizeText?: string, wait?: 'spin' | 'block', atLeast?: number }} [other]
 * @returns {Configuration}
 */
function verbs(queuePair, operation, workload, other = {}) {
  const { sizeBytes = 64, sizeWord = '64', sizeText = '64 B', wait = 'spin', atLeast = 1 } = other
  const peer = /** @type {const} */ ('perftest')
  /** @type {Record<typeof workload, Aim>} */
  const aims = {
    'ping-pong': { peer, metric: 'p50Ns', sense: 'at most', bound: 1 },
    stream: { peer, metric: 'goodputBitsPerSec', sense: 'at least', bound: atLeast },
    rate: { peer, metric: 'messagesPerSec', sense: 'at least', bound: atLeast },
  }
  return {
    name: `rdma ${workload} ${queuePair} ${operation} ${sizeText} ${wait}`,
    ...{ transport: 'rdma', workload, wait, sizeBytes, sizeWord, queuePair, operation },
    tools: ['xrbench', peer],
    aims: [aims[workload]],
  }
}

const LARGE = { sizeBytes: 64 * KIB, sizeWord: '64k', sizeText: '64 KiB' }

const RDMA = [
  verbs('rc', 'send', 'ping-pong'),
  verbs('rc', 'write', 'ping-pong'),
  verbs('rc', 'read', 'ping-pong'),
  verbs('rc', 'fetch-add', 'ping-pong', { sizeBytes: 8, sizeWord: '8', sizeText: '8 B' }),
  verbs('ud', 'send', 'ping-pong'),
  verbs('rc', 'send', 'ping-pong', { wait: 'block' }),
  verbs('rc', 'send', 'stream', LARGE),
  verbs('rc', 'write', 'stream', LARGE),
  verbs('rc', 'read', 'stream', LARGE),
  verbs('rc', 'send', 'rate', { atLeast: 1.5 }),
  verbs('rc', 'write', 'rate', { atLeast: 1.5 }),
  verbs('ud', 'send', 'rate'),
]

/** What a `download` brings, and how much of it is one message of xrbench. */
export const DOWNLOAD_BYTES = 256 * KIB * KIB

/**
 * @param {'quic' | 'tls'} transport
 * @param {'ping-pong' | 'requests' | 'stream' | 'download'} workload
 * @param {Aim[]} aims the tools are those that are named in them, and `more`
 * @param {{ messages?: 'stream' | 'datagram', more?: ToolName[] }} [other]
 * @returns {Configuration}
 */
function secured(transport, workload, aims, { messages, more = [] } = {}) {
  const isSmall = workload === 'ping-pong' || workload === 'requests'
  const wait = workload === 'ping-pong' ? 'spin' : 'block'
  const size = isSmall ? '64 B' : workload === 'download' ? '256 MiB' : 'default size'
  const peers = [...aims.flatMap(({ peer }) => peer ?? []), ...more]
  const words = [transport, workload, ...(messages === 'datagram' ? ['datagram'] : [])]
  return {
    name: `${words.join(' ')} ${size} ${wait}`,
    ...{ transport, workload, wait, aims },
    ...(isSmall ? { sizeBytes: 64, sizeWord: '64' } : { sizeBytes: null, sizeWord: 'default' }),
    tools: ['xrbench', ...new Set(peers)],
    ...(messages === undefined ? {} : { messages }),
  }
}

/** @type {Aim} */
const ECONOMY = { peer: null, metric: 'packetsPerMessage', sense: 'at most', bound: 1.1 }
/**
 * @param {ToolName} peer
 * @param {number} bound
 * @returns {Aim}
 */
const p50Of = (peer, bound) => ({ peer, metric: 'p50Ns', sense: 'at most', bound })
/**
 * @param {ToolName} peer
 * @param {number} bound
 * @returns {Aim}
 */
const goodputOf = (peer, bound) => ({
  peer,
  metric: 'goodputBitsPerSec',
  sense: 'at least',
  bound,
})

const SECURED = [
  secured('quic', 'ping-pong', [p50Of('own-tcp', 1.25), p50Of('own-tls', 1), ECONOMY], {
    messages: 'stream',
  }),
  secured('quic', 'ping-pong', [p50Of('own-udp', 1.6), ECONOMY], { messages: 'datagram' }),
  secured('quic', 'stream', [goodputOf('own-tls', 0.9), goodputOf('own-no-gso', 3)], {
    messages: 'stream',
    more: ['own-tcp'],
  }),
  secured('quic', 'download', [goodputOf('ngtcp2', 1), goodputOf('quiche', 1)], {
    messages: 'stream',
    more: ['quic-go', 'own-perf'],
  }),
  secured('quic', 'requests', [p50Of('quiche', 1)], { more: ['quic-go'] }),
  secured('tls', 'ping-pong', [p50Of('bare', 1.02)], { more: ['own-tcp'] }),
  secured('tls', 'stream', [goodputOf('bare', 1)], { more: ['own-tcp'] }),
  secured('tls', 'download', [goodputOf('openssl', 1)]),
]

/** One cache line each way, and two. @type {Configuration[]} */
const SHARED = /** @type {const} */ ([
  [8, '8', '8 B'],
  [64, '64', '64 B'],
]).map(([sizeBytes, sizeWord, sizeText]) => ({
  name: `shm ping-pong ${sizeText} spin`,
  ...{ transport: 'shm', workload: 'ping-pong', wait: 'spin', sizeBytes, sizeWord },
  tools: ['xrbench', 'bare'],
  aims: [p50Of('bare', 1.1)],
}))

/** Everything that is compared, in the order in which it runs: `paced` takes its rate from the UDP stream before it. */
export const CONFIGURATIONS = Object.freeze([
  ...pingPongs(),
  stream('tcp', 'stream', 128 * KIB, '128k', '128 KiB', [goodputOfIperf3(1)]),
  stream('tcp', 'stream', KIB, '1k', '1 KiB', [goodputOfIperf3(1)]),
  stream('tcp', 'stream', null, 'default', 'default size', [goodputOfIperf3(1)]),
  stream('udp', 'stream', UDP_STREAM_BYTES, '1400', '1,400 B', [goodputOfIperf3(2)]),
  stream('udp', 'paced', UDP_STREAM_BYTES, '1400', '1,400 B', [
    { peer: null, metric: 'lossFraction', sense: 'at most', bound: 0.01 },
    { peer: null, metric: 'deliveredFraction', sense: 'at least', bound: 0.98 },
  ]),
  ...SECURED,
  ...SHARED,
  ...RDMA,
])

/** What a word may be matched with. */
const KINDS = /** @type {const} */ ([
  'transport',
  'workload',
  'sizeWord',
  'wait',
  'queuePair',
  'operation',
])

/**
 * Words of one kind widen the choice (`64 1k`), words of several kinds narrow it (`tcp spin`). QUIC, TLS and shm have to be asked for by
 * name; so has RDMA, which runs in the lab, or by a word that only it has.
 * @param {string[]} words
 * @returns {Configuration[]}
 */
export function selectConfigurations(words) {
  const isRdma = words.some((word) => RDMA.some((c) => isOnlyRdma(c, word)))
  const candidates = CONFIGURATIONS.filter(
    (c) =>
      (c.transport === 'rdma') === isRdma &&
      (!SECURED.includes(c) || words.some((word) => isOnlySecured(c, word))) &&
      (!SHARED.includes(c) || words.includes('shm')),
  )
  /** @type {Map<string, Set<string>>} */
  const wanted = new Map()
  for (const word of words) {
    const kind = KINDS.find((k) => CONFIGURATIONS.some((c) => c[k] === word))
    if (kind === undefined) {
      const known = new Set(CONFIGURATIONS.flatMap((c) => KINDS.flatMap((k) => c[k] ?? [])))
      throw new BenchError(2, `Nothing is called '${word}'.`, `one of: ${[...known].join(' ')}`)
    }
    wanted.set(kind, (wanted.get(kind) ?? new Set()).add(word))
  }
  const transports = wanted.get('transport')
  if (isRdma && transports !== undefined && transports.size > 1) {
    throw new BenchError(
      2,
      'RDMA is compared in the lab, the others on this machine: one after the other.',
      'npm run bench:peers -- rdma',
    )
  }
  const chosen = candidates.filter((c) =>
    KINDS.every((k) => wanted.get(k)?.has(c[k] ?? '') ?? true),
  )
  if (chosen.length === 0) {
    throw new BenchError(
      2,
      `No configuration is ${words.join(' and ')} at once.`,
      'npm run bench:peers -- --list',
    )
  }
  return chosen
}

/**
 * @param {Configuration} configuration
 * @param {string} word
 */
const isOnlyRdma = ({ transport, queuePair, operation }, word) =>
  [transport, queuePair, operation].includes(/** @type {any} */ (word)) || word === 'rate'

/**
 * @param {Configuration} configuration
 * @param {string} word
 */
const isOnlySecured = ({ transport, workload }, word) =>
  word === transport || (word === workload && (word === 'download' || word === 'requests'))
