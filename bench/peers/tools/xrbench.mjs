import { readFile } from 'node:fs/promises'
import { runChild } from '../child.mjs'
import { DOWNLOAD_BYTES } from '../configurations.mjs'

const MAIN = 'dist/cli/main.js'
/** Keeps the result file of each run out of the user's own results; the last one stays for inspection. */
const OUTPUT = 'build/bench/xrbench.json'
/** One message of a stream without `--size`. */
export const STREAM_MESSAGE_BYTES = 256 * 1024

/**
 * The command line of one run: one repetition, which is a fresh connection in fresh processes, as the peers' runs are.
 * @param {import('../configurations.mjs').Configuration} configuration
 * @param {Pick<import('../rounds.mjs').Context, 'warmupSeconds' | 'durationSeconds' | 'rateBitsPerSec'>} context
 */
export function xrbenchCommand(configuration, { warmupSeconds, durationSeconds, rateBitsPerSec }) {
  const isDownload = configuration.workload === 'download'
  const length = isDownload
    ? [
        ...['--direction', 'down', '--warmup', '0s'],
        ...['--iterations', String(DOWNLOAD_BYTES / STREAM_MESSAGE_BYTES)],
      ]
    : ['--warmup', `${warmupSeconds}s`, '--duration', `${durationSeconds}s`]
  return [
    ...[process.execPath, MAIN, 'run', '--quiet', '--output', OUTPUT],
    ...['--transport', configuration.transport],
    ...['--workload', configuration.workload === 'ping-pong' ? 'ping-pong' : 'stream'],
    ...(configuration.sizeBytes === null ? [] : ['--size', String(configuration.sizeBytes)]),
    ...['--wait', configuration.wait, '--pin', 'auto', '--repeat', '1'],
    ...length,
    ...(configuration.messages === undefined ? [] : ['--quic-messages', configuration.messages]),
    ...(rateBitsPerSec === undefined ? [] : ['--rate', `${Math.round(rateBitsPerSec / 1e6)}M`]),
  ]
}

/** @type {import('../rounds.mjs').Tool} */
export const runXrbench = (configuration, context) => runWith([])(configuration, context)

/**
 * xrbench with further options.
 * @param {string[]} options
 * @returns {import('../rounds.mjs').Tool}
 */
export const runWith = (options) => async (configuration, context) => {
  await runChild([...xrbenchCommand(configuration, context), ...options], context.limits)
  return readXrbench(JSON.parse(await readFile(OUTPUT, 'utf8')), context.rateBitsPerSec)
}

/**
 * @param {any} document a result file with one case and one repetition
 * @param {number | undefined} rateBitsPerSec
 */
export function readXrbench(document, rateBitsPerSec) {
  const case_ = document.cases?.[0]
  const repetition = case_?.repetitions?.[0]
  if (repetition?.status !== 'completed') {
    const problem = repetition?.failure ?? case_?.skipped ?? document.error
    throw new Error(
      `xrbench did not complete: ${problem?.message ?? 'no repetition in its result'}`,
    )
  }
  const { latency, throughput, loss } = repetition
  const goodputBitsPerSec = throughput?.goodputBitsPerSec ?? null
  return {
    ...readLatency(latency),
    goodputBitsPerSec,
    lossFraction: loss?.lostFraction ?? null,
    deliveredFraction:
      rateBitsPerSec === undefined || goodputBitsPerSec === null
        ? null
        : goodputBitsPerSec / rateBitsPerSec,
    packetsPerMessage: packetsPerMessage(case_),
    messageSizeBytes: case_.parameters.requested.messageSizeBytes,
    flags: [...new Set([...case_.flags, ...repetition.flags])],
  }
}

/**
 * The larger of both directions.
 * @param {any} case_
 */
function packetsPerMessage(case_) {
  const quic = case_.parameters.effective?.client?.quic
  if (!quic || quic.packetsSentPerMessage === null) return null
  return Math.max(quic.packetsSentPerMessage, quic.packetsReceivedPerMessage)
}

/** @param {any} latency as a result and `quic-perf run` have it; null where there was none */
export function readLatency(latency) {
  return {
    p50Ns: latency?.percentiles.p50 ?? null,
    p99Ns: latency?.percentiles.p99 ?? null,
    p999Ns: latency?.percentiles.p999 ?? null,
    maxNs: latency?.maxNs ?? null,
    samples: latency?.count ?? null,
  }
}
