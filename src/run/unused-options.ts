import { usageError } from '../errors.js'
import type { Case } from '../plan/case.js'
import { isLossy } from '../plan/lossy.js'
import { runsOverTcp } from '../plan/over-tcp.js'
import { isQuic } from '../plan/quic-family.js'
import { TRANSPORTS } from '../plan/transports.js'
import type { OptionNames } from './names.js'

const RDMA_OPTIONS = [
  'qp',
  'operation',
  'device',
  'port',
  'gidIndex',
  'txDepth',
  'rxDepth',
  'signalEvery',
  'postList',
  'inline',
  'connectBy',
] as const

const QUIC_OPTIONS = [
  'quicPayload',
  'quicWindow',
  'quicCongestion',
  'ackThreshold',
  'quicRetry',
  'quicPacing',
] as const

/** … that have no place in connections of one message each. */
const LASTING_QUIC_OPTIONS = ['quicKeyUpdate', 'quicNullCrypto'] as const

const STREAM = '--workload stream'
const CONNECT = '--workload connect'
const RR = '--workload rr'
const LASTING = '--workload ping-pong'
const LEAVE_OUT = 'leave it out'

/** An option that only some cases use: what these have to be, in words and as a test, and what to try instead. */
type Use = readonly [key: string, needs: string, uses: (c: Case) => boolean, hint: string]
const USES: readonly Use[] = [
  ['responseSize', 'rr', (c) => c.workload === 'rr', RR],
  ['inflight', 'rr', (c) => c.workload === 'rr', RR],
  ['direction', 'a stream', (c) => c.workload === 'stream', STREAM],
  ['streams', 'a stream', (c) => c.workload === 'stream', STREAM],
  ['rate', 'a stream', (c) => c.workload === 'stream', STREAM],
  [
    'messageTimeout',
    'a ping-pong or rr that can lose messages',
    (c) => isLossy(c) && (c.workload === 'ping-pong' || c.workload === 'rr'),
    LEAVE_OUT,
  ],
  [
    'handshake',
    'a connect over TLS or QUIC',
    (c) => c.workload === 'connect' && c.parameters.tls !== null,
    CONNECT,
  ],
  ['sndbuf', 'a socket', hasSocket, LEAVE_OUT],
  ['rcvbuf', 'a socket', hasSocket, LEAVE_OUT],
  ['dscp', 'a network', overIp, LEAVE_OUT],
  ['busyPoll', 'a network', overIp, LEAVE_OUT],
  ['unixType', 'AF_UNIX', (c) => c.transport === 'unix', '--transport unix'],
  ['nodelay', 'TCP', (c) => runsOverTcp(c.transport), LEAVE_OUT],
  ['congestion', 'TCP', (c) => runsOverTcp(c.transport), LEAVE_OUT],
  ...QUIC_OPTIONS.map((key): Use => [key, 'QUIC by ngtcp2', isNgtcp2, LEAVE_OUT]),
  // The transport first: a hint at another workload would be of no help to others.
  ...LASTING_QUIC_OPTIONS.map((key): Use => [key, 'QUIC by ngtcp2', isNgtcp2, LEAVE_OUT]),
  ...LASTING_QUIC_OPTIONS.map(
    (key): Use => [
      key,
      'a QUIC ping-pong, stream or rr',
      (c) => isNgtcp2(c) && isLasting(c),
      LASTING,
    ],
  ),
  [
    'quicKeyUpdate',
    'repetitions that last longer than that',
    ({ parameters: p }) =>
      p.iterations > 0 || (p.quic?.keyUpdateNs ?? 0) < p.warmupCapNs + p.durationNs,
    'a longer --duration',
  ],
  ['ktls', 'TLS', (c) => c.transport === 'tls', LEAVE_OUT],
  [
    'ktls',
    'a ping-pong, stream or rr of TLS',
    (c) => c.transport === 'tls' && isLasting(c),
    LASTING,
  ],
  ['quicMessages', 'QUIC', (c) => isQuic(c.transport), LEAVE_OUT],
  [
    'quicMessages',
    'a QUIC ping-pong, stream or rr',
    (c) => isQuic(c.transport) && isLasting(c),
    LASTING,
  ],
  ['quicStreams', 'QUIC', (c) => isQuic(c.transport), LEAVE_OUT],
  [
    'quicStreams',
    'a stream of bytes over QUIC',
    (c) => isQuic(c.transport) && c.workload === 'stream' && !isLossy(c),
    '--workload stream --quic-messages stream',
  ],
  ['cipher', 'TLS or QUIC', (c) => c.parameters.tls !== null, LEAVE_OUT],
  [
    'verify',
    'a transport other than QUIC, rr, or a ping-pong over QUIC streams',
    (c) => c.parameters.verify,
    LEAVE_OUT,
  ],
  ...RDMA_OPTIONS.map((key): Use => [key, 'RDMA', (c) => c.transport === 'rdma', LEAVE_OUT]),
  [
    'gso',
    'a UDP or QUIC stream',
    (c) => (c.transport === 'udp' || isQuic(c.transport)) && c.workload === 'stream',
    STREAM,
  ],
]

/**
 * Refuses an option that would change nothing, instead of measuring something other than its user thinks.
 * Variables are let pass: they are set once for many runs.
 * @throws {XrbenchError} `XRB_USAGE`
 */
export function refuseUnused(cases: readonly Case[], names: OptionNames): void {
  for (const [key, needs, uses, hint] of USES) {
    if (!names.isGiven(key) || cases.some(uses)) continue
    throw usageError(
      'XRB_USAGE',
      `${names.label(key)} would change nothing: it needs ${needs}, and none is measured.`,
      hint,
    )
  }
}

function hasSocket({ transport }: Case): boolean {
  return TRANSPORTS[transport].socket !== 'none'
}

function overIp({ transport }: Case): boolean {
  return TRANSPORTS[transport].socket === 'ip'
}

function isNgtcp2({ transport }: Case): boolean {
  return transport === 'quic'
}

function isLasting({ workload }: Case): boolean {
  return workload !== 'connect'
}
