import { DEFAULT_SOCKET } from '../../../dist/plan/defaults.js'
import { DEFAULT_RDMA } from '../../../dist/plan/rdma.js'
import { expectEnds } from '../rdma/ends.mjs'

/**
 * xrbench without its command line: the processes that measure, told by this one what a session tells them.
 * @type {import('../rounds.mjs').Tool}
 */
export async function runEndpoints(configuration, context) {
  const { near, far, places, addresses } = expectEnds(context)
  const spec = (/** @type {'client' | 'server'} */ role) =>
    endpointSpec(configuration, context, {
      role,
      localAddress: addresses[role],
      cpus: places === null ? [] : [places[role]],
    })
  // A stream ends where it arrives; only a read is drawn by the client.
  const decides = isPushed(configuration) ? far : near
  const [client, server] = await measurePair(near, far, spec, decides)
  return readSummaries(configuration, client, server)
}

/**
 * What both ends say of one run, that of the near one first.
 * @param {import('../rdma/ends.mjs').Ends['near']} near
 * @param {import('../rdma/ends.mjs').Ends['far']} far
 * @param {(role: 'client' | 'server') => ReturnType<typeof endpointSpec>} spec
 * @param {import('../rdma/ends.mjs').Ends['near']} decides whose measuring ends it
 */
export async function measurePair(near, far, spec, decides) {
  try {
    const [nearBlob, farBlob] = await Promise.all([
      near.call({ do: 'open', spec: spec('client') }),
      far.call({ do: 'open', spec: spec('server') }),
    ])
    await Promise.all([
      far.call({ do: 'connect', blob: nearBlob }),
      near.call({ do: 'connect', blob: farBlob }),
    ])
    await far.call({ do: 'run' })
    await near.call({ do: 'run' })
    await decides.call({ do: 'measured' })
    return await Promise.all([near.call({ do: 'finish' }), far.call({ do: 'finish' })])
  } finally {
    await Promise.all([near.call({ do: 'abandon' }), far.call({ do: 'abandon' })])
  }
}

/** @param {import('../configurations.mjs').Configuration} configuration */
const isPushed = ({ workload, operation }) => workload !== 'ping-pong' && operation !== 'read'

/**
 * @param {import('../configurations.mjs').Configuration} configuration
 * @param {Pick<import('../rounds.mjs').Context, 'warmupSeconds' | 'durationSeconds'>} context
 * @param {{ role: 'client' | 'server', localAddress: string, cpus: number[] }} end
 * @returns {import('../../../src/addon/addon.js').EndpointSpec}
 */
export function endpointSpec(configuration, { warmupSeconds, durationSeconds }, end) {
  return {
    ...end,
    transport: 'rdma',
    workload: configuration.workload === 'ping-pong' ? 'ping-pong' : 'stream',
    direction: configuration.workload === 'ping-pong' || isPushed(configuration) ? 'up' : 'down',
    streams: 1,
    messageSizeBytes: configuration.sizeBytes ?? 64,
    wait: configuration.wait,
    warmupCapNs: warmupSeconds * 1e9,
    durationNs: durationSeconds * 1e9,
    iterations: 0,
    intervalNs: 100e6,
    rateBitsPerSec: 0,
    verify: false,
    messageTimeoutNs: 1e9,
    idleTimeoutNs: 5e9,
    connectTimeoutNs: 10e9,
    socket: DEFAULT_SOCKET,
    rdma: {
      ...DEFAULT_RDMA,
      queuePair: configuration.queuePair ?? DEFAULT_RDMA.queuePair,
      operation: configuration.operation ?? DEFAULT_RDMA.operation,
      verify: false,
    },
    tls: null,
    quic: null,
    quicOpenssl: null,
  }
}

/**
 * @param {import('../configurations.mjs').Configuration} configuration
 * @param {import('../rdma/summary.mjs').Summary} client
 * @param {import('../rdma/summary.mjs').Summary} server
 * @returns {import('../rounds.mjs').Figures}
 */
export function readSummaries(configuration, client, server) {
  const failure = client.failure ?? server.failure
  if (failure !== null) throw new Error(`xrbench did not complete: ${failure}`)
  if (configuration.workload === 'ping-pong') {
    if (client.latency === null) throw new Error('xrbench measured no round trip')
    const { count, ...percentiles } = client.latency
    return { ...percentiles, samples: count }
  }
  const { messages, elapsedNs, lost } = isPushed(configuration) ? server : client
  const messagesPerSec = elapsedNs === 0 ? null : (messages * 1e9) / elapsedNs
  const isLossy = configuration.queuePair === 'ud'
  return {
    messagesPerSec,
    goodputBitsPerSec:
      messagesPerSec === null ? null : messagesPerSec * 8 * (configuration.sizeBytes ?? 0),
    lossFraction: isLossy && messages + lost > 0 ? lost / (messages + lost) : null,
  }
}
