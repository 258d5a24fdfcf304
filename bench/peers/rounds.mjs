import { runBare } from './tools/bare.mjs'
import { runBareLines } from './tools/bare-lines.mjs'
import { runBareTls } from './tools/bare-tls.mjs'
import { runEndpoints } from './tools/endpoints.mjs'
import { runIperf3 } from './tools/iperf3.mjs'
import { runNgtcp2 } from './tools/ngtcp2.mjs'
import { runOpenssl } from './tools/openssl.mjs'
import { ownTransport, runWithoutSegmentation } from './tools/own.mjs'
import { runOwnPerf } from './tools/perf.mjs'
import { runPerftest } from './tools/perftest.mjs'
import { runQuicGo } from './tools/quic-go.mjs'
import { runQuiche } from './tools/quiche.mjs'
import { runSockperf } from './tools/sockperf.mjs'
import { runXrbench } from './tools/xrbench.mjs'

/** Every tool that can be told warms up for so long; sockperf has its own 0.4 s. */
const WARMUP_SECONDS = 1
/** Beyond what it measures, a run gets so long to start, connect, report and end. */
const MARGIN_MS = 20_000

/**
 * @typedef {import('./configurations.mjs').Configuration} Configuration
 * @typedef {import('./configurations.mjs').ToolName} ToolName
 *
 * What a tool measured in one run; a round trip is always the whole one. Absent or `null` = not measured.
 * @typedef {object} Figures
 * @property {number | null} [p50Ns]
 * @property {number | null} [p99Ns]
 * @property {number | null} [p999Ns]
 * @property {number | null} [maxNs]
 * @property {number | null} [samples]
 * @property {number | null} [goodputBitsPerSec] payload, at the receiver
 * @property {number | null} [messagesPerSec] at the receiver, of perftest at the sender
 * @property {number | null} [lossFraction]
 * @property {number | null} [deliveredFraction] goodput over the rate asked for
 * @property {number | null} [packetsPerMessage] of QUIC, in the direction that has more
 * @property {number | null} [messageSizeBytes]
 * @property {string[]} [flags] what xrbench itself found doubtful
 *
 * @typedef {object} Context
 * @property {{ client: number, server: number } | null} places
 * @property {number} warmupSeconds
 * @property {number} durationSeconds
 * @property {number | undefined} rateBitsPerSec of a paced stream
 * @property {import('./rdma/ends.mjs').Ends | null} ends of RDMA
 * @property {{ timeoutMs: number, signal: AbortSignal }} limits
 *
 * @typedef {(configuration: Configuration, context: Context) => Promise<Figures>} Tool
 *
 * @typedef {object} Round
 * @property {ToolName[]} order
 * @property {Partial<Record<ToolName, Figures>>} figures
 * @property {Partial<Record<ToolName, string>>} failures one sentence each
 */

/** @type {Record<ToolName, Tool>} */
const TOOLS = {
  xrbench: (configuration, context) => ours(configuration)(configuration, context),
  bare: (configuration, context) => bareOf(configuration)(configuration, context),
  sockperf: runSockperf,
  iperf3: runIperf3,
  perftest: runPerftest,
  ngtcp2: runNgtcp2,
  openssl: runOpenssl,
  quiche: runQuiche,
  'quic-go': runQuicGo,
  'own-tcp': ownTransport('tcp'),
  'own-tls': ownTransport('tls'),
  'own-udp': ownTransport('udp'),
  'own-no-gso': runWithoutSegmentation,
  'own-perf': runOwnPerf,
}

/** @param {Configuration} configuration */
function bareOf({ transport }) {
  if (transport === 'shm') return runBareLines
  return transport === 'tls' ? runBareTls : runBare
}

/** @param {Configuration} configuration */
function ours({ transport, workload }) {
  if (transport === 'rdma') return runEndpoints
  return workload === 'requests' ? runOwnPerf : runXrbench
}

/**
 * ABC, CBA, ABC …: neighbours in time are compared, and each tool comes first as often as last.
 * @template T
 * @param {readonly T[]} tools
 * @param {number} round
 */
export const orderOf = (tools, round) => (round % 2 === 0 ? [...tools] : [...tools].reverse())

/**
 * One round: each tool runs once, one after the other. A tool that fails loses its figures, not the round.
 * @param {Configuration} configuration
 * @param {number} index
 * @param {object} setup
 * @param {{ client: number, server: number } | null} setup.places
 * @param {number} setup.durationSeconds
 * @param {Partial<Record<ToolName, number>>} setup.rates of a paced stream, for each tool its own
 * @param {import('./rdma/ends.mjs').Ends | null} setup.ends of RDMA
 * @param {AbortSignal} setup.signal
 * @returns {Promise<Round>}
 */
export async function runRound(configuration, index, setup) {
  const { places, durationSeconds, rates, ends, signal } = setup
  /** @type {Round} */
  const round = { order: orderOf(configuration.tools, index), figures: {}, failures: {} }
  const timeoutMs = (WARMUP_SECONDS + durationSeconds) * 1000 + MARGIN_MS
  for (const tool of round.order) {
    try {
      round.figures[tool] = await TOOLS[tool](configuration, {
        places,
        warmupSeconds: WARMUP_SECONDS,
        durationSeconds,
        rateBitsPerSec: rates[tool],
        ends,
        limits: { timeoutMs, signal },
      })
    } catch (error) {
      signal.throwIfAborted()
      round.failures[tool] = /** @type {Error} */ (error).message
    }
  }
  return round
}
