import { readFile } from 'node:fs/promises'
import { runChild } from '../child.mjs'

const MAIN = 'dist/cli/main.js'
/** Keeps the result file of each run out of the user's own results; the last one stays for inspection. */
const OUTPUT = 'build/bench/xrbench.json'

/**
 * The command line of one run: one repetition, which is a fresh connection in fresh processes, as the peers' runs are.
 * @param {import('../configurations.mjs').Configuration} configuration
 * @param {Pick<import('../rounds.mjs').Context, 'warmupSeconds' | 'durationSeconds' | 'rateBitsPerSec'>} context
 */
export function xrbenchCommand(configuration, { warmupSeconds, durationSeconds, rateBitsPerSec }) {
  return [
    ...[process.execPath, MAIN, 'run', '--quiet', '--output', OUTPUT],
    ...['--transport', configuration.transport],
    ...['--workload', configuration.workload === 'ping-pong' ? 'ping-pong' : 'stream'],
    ...(configuration.sizeBytes === null ? [] : ['--size', String(configuration.sizeBytes)]),
    ...['--wait', configuration.wait, '--pin', 'auto', '--repeat', '1'],
    ...['--warmup', `${warmupSeconds}s`, '--duration', `${durationSeconds}s`],
    ...(rateBitsPerSec === undefined ? [] : ['--rate', `${Math.round(rateBitsPerSec / 1e6)}M`]),
  ]
}

/** @type {import('../rounds.mjs').Tool} */
export async function runXrbench(configuration, context) {
  await runChild(xrbenchCommand(configuration, context), context.limits)
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
    p50Ns: latency?.percentiles.p50 ?? null,
    p99Ns: latency?.percentiles.p99 ?? null,
    p999Ns: latency?.percentiles.p999 ?? null,
    maxNs: latency?.maxNs ?? null,
    samples: latency?.count ?? null,
    goodputBitsPerSec,
    lossFraction: loss?.lostFraction ?? null,
    deliveredFraction:
      rateBitsPerSec === undefined || goodputBitsPerSec === null
        ? null
        : goodputBitsPerSec / rateBitsPerSec,
    messageSizeBytes: case_.parameters.requested.messageSizeBytes,
    flags: [...new Set([...case_.flags, ...repetition.flags])],
  }
}
