import { firstLine, runChild, startChild } from '../child.mjs'
import { compileBare } from './bare.mjs'
import { CERTIFICATE, PRIVATE_KEY } from './certificate.mjs'
import { STREAM_MESSAGE_BYTES } from './xrbench.mjs'

const BINARY = 'build/bench/tls'

export const prepareBareTls = () => compileBare('bench/bare/tls.c', BINARY, ['-lgnutls'])

/** Of a stream the server measures, which receives it. @type {import('../rounds.mjs').Tool} */
export async function runBareTls(configuration, context) {
  const { places, warmupSeconds, durationSeconds, limits } = context
  const { workload, wait, sizeBytes } = configuration
  const common = (/** @type {number | undefined} */ cpu) => [
    ...['--workload', workload, '--wait', wait],
    ...['--size', String(sizeBytes ?? STREAM_MESSAGE_BYTES)],
    ...(cpu === undefined ? [] : ['--cpu', String(cpu)]),
    ...['--warmup', String(warmupSeconds), '--duration', String(durationSeconds)],
  ]
  const identity = ['--certificate', CERTIFICATE, '--key', PRIVATE_KEY]
  const server = startChild([BINARY, 'server', ...common(places?.server), ...identity], limits)
  try {
    const { port } = JSON.parse(await firstLine(server))
    const client = [BINARY, 'client', ...common(places?.client), '--port', String(port)]
    const printed = await runChild(client, limits)
    if (workload === 'ping-pong') return readRoundTrips(JSON.parse(printed))
    await server.ended
    return readReceived(JSON.parse(server.stdout().split('\n')[1] ?? ''))
  } finally {
    await server.stop()
  }
}

/** @param {any} printed */
export const readRoundTrips = ({ count, ...times }) => ({ ...times, samples: count })

/** @param {any} printed */
const readReceived = ({ bytes, durationNs }) => ({
  goodputBitsPerSec: (bytes * 8e9) / durationNs,
  messageSizeBytes: STREAM_MESSAGE_BYTES,
})
