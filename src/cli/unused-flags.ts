import { usageError } from '../errors.js'
import type { Case } from '../plan/case.js'
import { isLossy } from '../plan/lossy.js'
import { runsOverTcp } from '../plan/over-tcp.js'
import { isQuic } from '../plan/quic-family.js'
import type { FlagOrigin } from './run-request.js'

const RDMA_FLAGS = [
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

const QUIC_FLAGS = [
  'quicPayload',
  'quicWindow',
  'quicCongestion',
  'ackThreshold',
  'quicRetry',
  'quicPacing',
  'quicKeyUpdate',
  'quicNullCrypto',
] as const

/** Options that only some cases use: what these have to be, in words and as a test. */
const USES: readonly [key: string, needs: string, uses: (c: Case) => boolean][] = [
  ['direction', 'a stream', (c) => c.workload === 'stream'],
  ['streams', 'a stream', (c) => c.workload === 'stream'],
  ['rate', 'a stream', (c) => c.workload === 'stream'],
  [
    'messageTimeout',
    'a ping-pong that can lose messages',
    (c) => isLossy(c) && c.workload === 'ping-pong',
  ],
  [
    'handshake',
    'a connect over TLS or QUIC',
    (c) => c.workload === 'connect' && c.parameters.tls !== null,
  ],
  ['nodelay', 'TCP', (c) => runsOverTcp(c.transport)],
  ['congestion', 'TCP', (c) => runsOverTcp(c.transport)],
  ...QUIC_FLAGS.map((key): [string, string, (c: Case) => boolean] => [
    key,
    'QUIC by ngtcp2',
    (c) => c.transport === 'quic',
  ]),
  ['ktls', 'TLS', (c) => c.transport === 'tls'],
  ['quicMessages', 'QUIC', (c) => isQuic(c.transport)],
  ['quicStreams', 'QUIC', (c) => isQuic(c.transport)],
  ['cipher', 'TLS or QUIC', (c) => c.parameters.tls !== null],
  [
    'verify',
    'RDMA, or a ping-pong over QUIC streams',
    ({ transport, parameters: p }) =>
      transport === 'rdma' || p.quic?.verify === true || p.quicOpenssl?.verify === true,
  ],
  ...RDMA_FLAGS.map((key): [string, string, (c: Case) => boolean] => [
    key,
    'RDMA',
    (c) => c.transport === 'rdma',
  ]),
  [
    'gso',
    'a UDP or QUIC stream',
    (c) => (c.transport === 'udp' || isQuic(c.transport)) && c.workload === 'stream',
  ],
]

/**
 * Refuses a flag that would change nothing, instead of measuring something other than its user thinks.
 * Variables are let pass: they are set once for many runs.
 * @throws {XrbenchError} `XRB_USAGE`
 */
export function refuseUnusedFlags(cases: readonly Case[], origin: FlagOrigin): void {
  for (const [key, needs, uses] of USES) {
    if (!origin.isGiven(key) || cases.some(uses)) continue
    throw usageError(
      'XRB_USAGE',
      `${origin.label(key)} would change nothing: it needs ${needs}, and none is measured.`,
      needs.includes('connect')
        ? '--workload connect'
        : needs.includes('stream')
          ? '--workload stream'
          : 'leave it out',
    )
  }
}
