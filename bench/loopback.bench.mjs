import { availableParallelism } from 'node:os'
import { loadAddon } from '../dist/addon/load.js'
import { DEFAULT_SOCKET } from '../dist/plan/defaults.js'
import { histogramOfCounts } from '../dist/results/histogram/histogram.js'
import { valueAtQuantile } from '../dist/results/histogram/percentiles.js'
import { durationText } from './lines.mjs'

const SECOND_NS = 1e9

export const title = 'The loop itself: two endpoints of one process, no kernel between them'

/** What ping-pong costs when the link costs next to nothing: the floor below every transport. */
export async function run() {
  /** @type {('spin' | 'block')[]} */
  const waits = availableParallelism() > 1 ? ['spin', 'block'] : ['block']
  const lines = []
  for (const wait of waits) {
    const outcome = await pingPong(wait)
    const latency = outcome.links[0]?.latency
    if (outcome.status !== 'completed' || latency == null) {
      throw new Error(`${wait}: ${outcome.fault?.message ?? outcome.status}`)
    }
    const histogram = histogramOfCounts(latency)
    const [p50, p99] = [valueAtQuantile(histogram, 2), valueAtQuantile(histogram, 100)]
    lines.push(
      `ping-pong 64 B ${wait}: p50 ${durationText(p50 ?? Number.NaN)}, p99 ${durationText(p99 ?? Number.NaN)}, ${latency.count} round trips`,
    )
  }
  return lines
}

/** @param {'spin' | 'block'} wait */
async function pingPong(wait) {
  const addon = loadAddon()
  const server = new addon.Endpoint(specOf('server', wait))
  const client = new addon.Endpoint(specOf('client', wait))
  try {
    const [serverBlob, clientBlob] = [server.open(), client.open()]
    await Promise.all([server.connect(clientBlob), client.connect(serverBlob)])
    const answering = server.run()
    const outcome = await client.run()
    server.stop()
    await answering
    return outcome
  } finally {
    client.close()
    server.close()
  }
}

/**
 * @param {'client' | 'server'} role
 * @param {'spin' | 'block'} wait
 * @returns {import('../src/addon/addon.js').EndpointSpec}
 */
function specOf(role, wait) {
  return {
    transport: 'loopback',
    role,
    localAddress: '127.0.0.1',
    workload: 'ping-pong',
    direction: 'up',
    streams: 1,
    messageSizeBytes: 64,
    wait,
    warmupCapNs: SECOND_NS / 2,
    durationNs: SECOND_NS,
    iterations: 0,
    intervalNs: SECOND_NS / 10,
    rateBitsPerSec: 0,
    verify: false,
    messageTimeoutNs: SECOND_NS,
    idleTimeoutNs: 5 * SECOND_NS,
    connectTimeoutNs: 5 * SECOND_NS,
    cpus: [],
    socket: DEFAULT_SOCKET,
  }
}
