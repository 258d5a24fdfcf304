import { firstLine, runChild, startChild } from '../child.mjs'
import { DOWNLOAD_BYTES } from '../configurations.mjs'
import { pinned } from '../place.mjs'
import { readLatency } from './xrbench.mjs'

// Stacks that speak the perf protocol (draft-banks-quic-performance-00), each as both ends. Of all of them what counts runs from just before a
// request until its answer is complete: their start and their handshake are left out.

/** A request of nothing but its head. */
const DOWNLOAD_UP_BYTES = 8

/**
 * @param {import('../configurations.mjs').Configuration} configuration
 * @param {Pick<import('../rounds.mjs').Context, 'warmupSeconds' | 'durationSeconds'>} context
 */
function asked({ workload, sizeBytes }, { warmupSeconds, durationSeconds }) {
  return workload === 'download'
    ? { up: DOWNLOAD_UP_BYTES, down: DOWNLOAD_BYTES, warmupSeconds: 0, seconds: 0 }
    : { up: sizeBytes ?? 64, down: sizeBytes ?? 64, warmupSeconds, seconds: durationSeconds }
}

/**
 * A program with the commands `serve`, which prints its port and fingerprint, and `measure`.
 * @param {string[]} program
 * @returns {import('../rounds.mjs').Tool}
 */
export const perfProgram = (program) => async (configuration, context) => {
  const { places, limits } = context
  const { up, down, warmupSeconds, seconds } = asked(configuration, context)
  const server = startChild(pinned(places?.server, [...program, 'serve']), limits)
  try {
    const [port = '', fingerprint = ''] = (await firstLine(server)).split(' ')
    const numbers = [up, down, warmupSeconds, seconds].map(String)
    const client = [...program, 'measure', port, fingerprint, ...numbers]
    return readMeasured(JSON.parse(await runChild(pinned(places?.client, client), limits)))
  } finally {
    await server.stop()
  }
}

/** @param {any} measured */
export function readMeasured({ requests, responseBytes, seconds, ...times }) {
  const { p50Ns, p99Ns, p999Ns, maxNs } = times
  return {
    ...{ p50Ns, p99Ns, p999Ns, maxNs, samples: requests },
    goodputBitsPerSec: (requests * responseBytes * 8) / seconds,
    messageSizeBytes: null,
  }
}

/** `xrbench quic-perf`. @type {import('../rounds.mjs').Tool} */
export async function runOwnPerf(configuration, context) {
  const { places, limits } = context
  const server = startChild(ownCommand('serve', configuration, places?.server), limits)
  try {
    const { port, fingerprint } = JSON.parse(await firstLine(server))
    const { up, down, warmupSeconds, seconds } = asked(configuration, context)
    const client = [
      ...ownCommand('run', configuration, places?.client),
      ...[`127.0.0.1:${port}`, '--fingerprint', fingerprint],
      ...['--upload', String(up), '--download', String(down), '--warmup', `${warmupSeconds}s`],
      ...(seconds === 0 ? ['--requests', '1'] : ['--duration', `${seconds}s`]),
    ]
    return readOwnPerf(JSON.parse(await runChild(client, limits)))
  } finally {
    await server.stop()
  }
}

/**
 * @param {'serve' | 'run'} command
 * @param {import('../configurations.mjs').Configuration} configuration
 * @param {number | undefined} cpu
 */
const ownCommand = (command, { wait }, cpu) => [
  ...[process.execPath, 'dist/cli/main.js', 'quic-perf', command, '--json', '--quiet'],
  ...['--wait', wait, ...(cpu === undefined ? [] : ['--cpu', String(cpu)])],
  ...(command === 'serve' ? ['--listen', '127.0.0.1:0'] : []),
]

/** @param {any} document what `quic-perf run` gives */
export function readOwnPerf({ status, failure, latency, goodput }) {
  if (status !== 'completed')
    throw new Error(`xrbench did not complete: ${failure?.message ?? status}`)
  return {
    ...readLatency(latency),
    goodputBitsPerSec: goodput?.downBitsPerSec ?? null,
    messageSizeBytes: null,
  }
}
