import { runChild, startChild } from '../child.mjs'
import { freePort, pinned, waitUntilBound } from '../place.mjs'

const START_TIMEOUT_MS = 5_000

/** @type {import('../rounds.mjs').Tool} */
export async function runIperf3(configuration, context) {
  const { places, warmupSeconds, durationSeconds, limits } = context
  const port = await freePort()
  const where = ['-4', '-p', String(port)]
  const server = startChild(
    pinned(places?.server, ['iperf3', '--server', '--one-off', '-B', '127.0.0.1', ...where]),
    limits,
  )
  try {
    await waitUntilBound('tcp', port, server, START_TIMEOUT_MS)
    const client = [
      ...['iperf3', '--client', '127.0.0.1', ...where, '--json'],
      ...['--time', String(durationSeconds), '--omit', String(Math.ceil(warmupSeconds))],
      ...(configuration.sizeBytes === null ? [] : ['--length', String(configuration.sizeBytes)]),
      ...(configuration.transport === 'udp'
        ? ['--udp', '--bitrate', String(context.rateBitsPerSec ?? 0)]
        : []),
    ]
    const report = await runChild(pinned(places?.client, client), limits)
    return readIperf3(JSON.parse(report), configuration, context.rateBitsPerSec)
  } finally {
    await server.stop()
  }
}

/**
 * Receiver's figures only. Loss of UDP is what was sent and not received: iperf3's own `lost_packets` also counts
 * the omitted seconds (seen with 3.12).
 * @param {any} report
 * @param {import('../configurations.mjs').Configuration} configuration
 * @param {number | undefined} rateBitsPerSec
 */
export function readIperf3(report, configuration, rateBitsPerSec) {
  const sent = report.end?.sum_sent
  const received = report.end?.sum_received
  if (sent === undefined || received === undefined) {
    throw new Error(`iperf3 gave no receiver's figures: ${report.error ?? 'too old?'}`)
  }
  const goodputBitsPerSec = received.bits_per_second
  return {
    goodputBitsPerSec,
    lossFraction:
      configuration.transport === 'udp' ? Math.max(0, 1 - received.bytes / sent.bytes) : null,
    deliveredFraction: rateBitsPerSec === undefined ? null : goodputBitsPerSec / rateBitsPerSec,
    messageSizeBytes: report.start?.test_start?.blksize ?? null,
  }
}
