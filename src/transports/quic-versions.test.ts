import { beforeEach, describe, expect, it } from 'vitest'
import type { EndpointSpec, RunOutcome, TlsHandshake } from '../addon/addon.js'
import { loadAddon } from '../addon/load.js'
import { DEFAULT_QUIC, DEFAULT_TLS, quicOptions } from '../plan/quic.js'
import { FarEnd } from './fixtures/far-end.js'
import { last, only } from './fixtures/outcome.js'
import { spec } from './fixtures/pair.js'
import { WIRES } from './fixtures/wires.js'

/** Two processes with another version of ngtcp2 each: what one writes the other has to read. */

const { XRBENCH_OTHER_ADDON: OTHER = '', XRBENCH_OTHER_NGTCP2: VERSION } = process.env
const WIRE = WIRES.find(({ name }) => name === 'quic over IPv4')

beforeEach(({ skip }) => {
  skip(OTHER === '' || WIRE === undefined, 'there is no second ngtcp2: npm run test:ngtcp2')
})

/** A run between this process and one with the other ngtcp2, which is the server or the client. */
async function between(far: 'client' | 'server', changes: Partial<EndpointSpec>) {
  if (WIRE === undefined) throw new Error('no QUIC')
  const { workload, direction } = spec(WIRE, far, changes)
  const near = far === 'server' ? 'client' : 'server'
  const nearEnd = new (loadAddon().Endpoint)(spec(WIRE, near, changes))
  const farEnd = new FarEnd(spec(WIRE, far, changes), OTHER)
  try {
    const farBlob = await farEnd.opened()
    await Promise.all([farEnd.connect(nearEnd.open()), nearEnd.connect(farBlob)])
    const stop = () => {
      nearEnd.stop()
      farEnd.stop()
    }
    const decides = workload === 'stream' && direction === 'up' ? 'server' : 'client'
    const [ofFar, ofNear] = await Promise.all([
      farEnd.run(far === decides ? stop : undefined),
      nearEnd.run(near === decides ? stop : undefined),
    ])
    expect(ofFar.effective.quic).toMatchObject({ version: VERSION, builtWith: VERSION })
    expect(ofNear.effective.quic?.version).not.toBe(VERSION)
    return far === 'server' ? { client: ofNear, server: ofFar } : { client: ofFar, server: ofNear }
  } finally {
    nearEnd.close()
    await farEnd.close()
  }
}

function quic(changes: object, workload: 'ping-pong' | 'stream' = 'ping-pong') {
  return { ...quicOptions(DEFAULT_QUIC, 'stream', workload), ...changes }
}

function expectWhole({ client, server }: { client: RunOutcome; server: RunOutcome }) {
  expect(client).toMatchObject({ status: 'completed', fault: null })
  expect(server.fault).toBeNull()
}

describe.each(['server', 'client'] as const)('the other version is the %s', (far) => {
  it.each([1, 1351, 65_536, 1024 ** 2])('every byte of %i comes back', async (bytes) => {
    const ends = await between(far, {
      ...{ messageSizeBytes: bytes, iterations: bytes > 100_000 ? 10 : 50 },
      quic: quic({ verify: true }),
    })
    expectWhole(ends)
  })

  it.each([
    ['a Retry', { retry: true }],
    ['updates of the keys', { keyUpdateNs: 50e6, verify: true }],
    ['a window smaller than a message', { windowBytes: 8192, verify: true }],
    ['no packet protection', { nullCrypto: true, verify: true }],
  ])('with %s', async (_, changes) => {
    const messageSizeBytes = 'windowBytes' in changes ? 65_536 : 64
    const measures =
      'keyUpdateNs' in changes ? { iterations: 0, durationNs: 400e6 } : { iterations: 50 }
    const ends = await between(far, { messageSizeBytes, ...measures, quic: quic(changes) })
    expectWhole(ends)
    if ('keyUpdateNs' in changes)
      expect(ends.client.effective.quic?.keyUpdates).toBeGreaterThanOrEqual(2)
  })

  it('datagrams are answered', async () => {
    const changes = { messageSizeBytes: 1200, quic: quic({ messages: 'datagram' }) }
    const { client, server } = await between(far, changes)
    expectWhole({ client, server })
    const { messages, lost } = last(only(client, 'initiator').marks)
    expect(messages + lost).toBe(100)
    expect(messages).toBeGreaterThan(50)
  })

  it.each(['up', 'down'] as const)('a stream %s over four QUIC streams', async (direction) => {
    const ends = await between(far, {
      ...{ workload: 'stream', direction, messageSizeBytes: 16_384 },
      ...{ iterations: 0, durationNs: 200e6, quic: quic({ streams: 4 }, 'stream') },
    })
    expect([ends.client.fault, ends.server.fault]).toEqual([null, null])
    const receiver = direction === 'up' ? ends.server : ends.client
    expect(last(only(receiver, 'receiver').marks).bytes).toBeGreaterThan(4 * 65_536)
  })

  it.each(['full', 'resumed', '0rtt'] as TlsHandshake[])('connections: %s', async (handshake) => {
    const ends = await between(far, {
      ...{ workload: 'connect', iterations: 20, tls: { ...DEFAULT_TLS, handshake } },
    })
    expectWhole(ends)
    expect(only(ends.client, 'initiator').connects).toMatchObject({
      made: 20,
      resumed: handshake === 'full' ? 0 : 20,
      earlyData: handshake === '0rtt' ? 20 : 0,
    })
  })
})
