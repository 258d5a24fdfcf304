import { runChild } from '../child.mjs'
import { pinned } from '../place.mjs'
import { expectEnds } from '../rdma/ends.mjs'

const DEVICE = 'rxe0'
/** Of the lab's device: its IPv4 address as a RoCE v2 GID. */
const GID_INDEX = 1
const PORT = 18_515
const MIB = 2 ** 20
/** perftest keeps every sample and tells percentiles for a number of round trips only, so that how many fit is found out first. */
const TRIAL_ITERATIONS = 1000

/** A run takes so many round trips as fit into its time; by configuration. */
const iterationsOf = new Map()

/** @type {import('../rounds.mjs').Tool} */
export async function runPerftest(configuration, context) {
  if (configuration.workload !== 'ping-pong') return runOnce(configuration, context, null)
  let iterations = iterationsOf.get(configuration.name)
  if (iterations === undefined) {
    const trial = await runOnce(configuration, context, TRIAL_ITERATIONS)
    iterations = Math.ceil((context.durationSeconds * 1e9) / (trial.p50Ns ?? 1e6))
    iterationsOf.set(configuration.name, Math.max(TRIAL_ITERATIONS, iterations))
  }
  return runOnce(configuration, context, iterationsOf.get(configuration.name))
}

/**
 * @param {import('../configurations.mjs').Configuration} configuration
 * @param {import('../rounds.mjs').Context} context
 * @param {number | null} iterations
 */
async function runOnce(configuration, context, iterations) {
  const { far, addresses, places } = expectEnds(context)
  const command = perftestCommand(configuration, context, iterations)
  const { timeoutMs } = context.limits
  const commandLine = pinned(places?.server, command)
  try {
    await far.call({ do: 'serve', commandLine, port: PORT, timeoutMs })
    const printed = await runChild(
      pinned(places?.client, [...command, addresses.server]),
      context.limits,
    )
    await far.call({ do: 'reap' })
    return readPerftest(printed, configuration)
  } finally {
    await far.call({ do: 'abandon' })
  }
}

/**
 * The command line of a server; a client's has the server's address behind it.
 * @param {import('../configurations.mjs').Configuration} configuration
 * @param {Pick<import('../rounds.mjs').Context, 'warmupSeconds' | 'durationSeconds'>} context
 * @param {number | null} iterations of a ping-pong
 */
export function perftestCommand(configuration, { warmupSeconds, durationSeconds }, iterations) {
  const { operation, queuePair, workload, wait, sizeBytes } = configuration
  const family = operation === 'fetch-add' ? 'atomic' : operation
  // What it leaves out, at either end of a run: it has no warm-up where it measures latency.
  const margin = Math.ceil(warmupSeconds)
  return [
    `ib_${family}_${workload === 'ping-pong' ? 'lat' : 'bw'}`,
    ...['-d', DEVICE, '-x', String(GID_INDEX), '-p', String(PORT), '-F'],
    ...(queuePair === 'ud' ? ['-c', 'UD'] : []),
    ...(operation === 'fetch-add' ? ['-A', 'FETCH_AND_ADD'] : ['-s', String(sizeBytes)]),
    ...(wait === 'block' ? ['-e'] : []),
    ...(iterations === null
      ? ['-D', String(durationSeconds + 2 * margin), '-f', String(margin)]
      : ['-n', String(iterations)]),
  ]
}

/**
 * Latency: its t_typical is the median; of send and write it is half of a round trip, and doubled here. Bandwidth: MiB are 2^20
 * bytes, and the rate counts what the client had completed.
 * @param {string} text what the client printed
 * @param {import('../configurations.mjs').Configuration} configuration
 * @returns {import('../rounds.mjs').Figures}
 */
export function readPerftest(text, configuration) {
  const lines = text.split('\n')
  const head = lines.findIndex((line) => /^\s*#bytes/.test(line))
  const values = (lines[head + 1] ?? '').trim().split(/\s+/).map(Number)
  const wanted = configuration.workload === 'ping-pong' ? 9 : 5
  if (head < 0 || values.length < wanted || values.some(Number.isNaN)) {
    throw new Error(`perftest printed no figures: ${text.trim().split('\n').at(-1) ?? ''}`)
  }
  if (configuration.workload !== 'ping-pong') {
    const [messageSizeBytes = 0, , , mibPerSec = 0, millionsPerSec = 0] = values
    return {
      messageSizeBytes,
      goodputBitsPerSec: mibPerSec * MIB * 8,
      messagesPerSec: millionsPerSec * 1e6,
    }
  }
  const isHalved = configuration.operation === 'send' || configuration.operation === 'write'
  const ns = (/** @type {number} */ column) =>
    Math.round((values[column] ?? Number.NaN) * 1000 * (isHalved ? 2 : 1))
  // #bytes #iterations t_min t_max t_typical t_avg t_stdev 99% 99.9%
  return {
    messageSizeBytes: values[0] ?? null,
    samples: values[1] ?? null,
    maxNs: ns(3),
    p50Ns: ns(4),
    p99Ns: ns(7),
    p999Ns: ns(8),
  }
}
