import { spawnSync } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, it } from 'vitest'
import type { EndpointSpec } from '../addon/addon.js'
import { loadAddon } from '../addon/load.js'
import { connectedPair, measure, spec } from './fixtures/pair.js'
import { wire } from './fixtures/wire.js'
import { OPENSSL_PROBLEM, WIRES } from './fixtures/wires.js'

/** What QUIC by Node's own OpenSSL owes beyond the contract. */

const OPENSSL = wire('quic:openssl over IPv4', 'quic:openssl', '127.0.0.1', 64 * 1024 ** 2)

/** C++ tests as an addon: what they are about is in the process of Node.js. */
const NATIVE_TESTS = fileURLToPath(
  new URL('../../build/Release/xrbench_openssl_test.node', import.meta.url),
)

describe(OPENSSL.name, () => {
  beforeEach(({ skip }) => {
    skip(OPENSSL_PROBLEM !== null, OPENSSL_PROBLEM ?? undefined)
  })

  it.each([1, 63, 1000, 1160, 1161, 1200, 1452, 4096, 65_536, 1024 ** 2])(
    'every byte of %i comes back as it was sent',
    async (messageSizeBytes) => {
      const { client, server } = await measure(OPENSSL, {
        ...{ messageSizeBytes, iterations: messageSizeBytes > 100_000 ? 10 : 50 },
        quicOpenssl: { streams: 1, verify: true },
      })
      expect(client).toMatchObject({ status: 'completed', fault: null })
      expect(server.fault).toBeNull()
    },
  )

  it.each([
    ['block', 64, 64, 1],
    ['spin', 64, 64, 1],
    ['block', 70_001, 3, 8],
    ['spin', 1, 2 * 1024 ** 2, 3],
    ['block', 1024 ** 2, 1024 ** 2, 16],
  ] as const)(
    'requests are answered, %s, %i B with %i B, %i under way',
    async (wait, messageSizeBytes, responseSizeBytes, inflight) => {
      const iterations = 100
      const { client, server } = await measure(OPENSSL, {
        ...{ workload: 'rr', wait, iterations, verify: true, inflight },
        ...{ messageSizeBytes, responseSizeBytes },
      })
      expect(client).toMatchObject({ status: 'completed', fault: null })
      expect(server.fault).toBeNull()
      expect(client.links[0]?.marks.at(-1)).toMatchObject({
        ...{ messages: iterations, lost: 0, bytes: iterations * responseSizeBytes },
      })
      expect(client.effective.headerBytes).toBe(40)
    },
  )

  it('its messages keep the contract, and rr ends as over any other transport', () => {
    const load = 'process.dlopen({ exports: {} }, process.argv[1])'
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', load, NATIVE_TESTS], {
      encoding: 'utf8',
    })
    expect(stdout.split('\n').filter((line) => /^(FAIL|SKIP)/.test(line))).toEqual([])
    expect(stdout).toMatch(/^[1-9]\d* passed, 0 failed, 0 skipped$/m)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  }, 120_000)

  it("a client that does not know the session's token is not served", async () => {
    const { Endpoint } = loadAddon()
    const limit = { connectTimeoutNs: 500e6 }
    const client = new Endpoint(spec(OPENSSL, 'client', limit))
    const server = new Endpoint(spec(OPENSSL, 'server', limit))
    const blobs = { client: client.open(), server: server.open() }
    const spoilt = blobs.server.map((byte, i) => (i === 19 ? byte ^ 1 : byte))
    await Promise.all([
      expect(client.connect(spoilt)).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT' }),
      expect(server.connect(blobs.client)).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT' }),
    ])
    client.close()
    server.close()
  })

  it('says which library it was, and nothing that the library does not tell', async () => {
    const { client } = await measure(OPENSSL, { iterations: 200 })
    expect(client.effective.quic).toMatchObject({
      ...{ library: 'OpenSSL', version: process.versions.openssl, builtWith: null },
      ...{ protocolVersion: 1, messages: 'stream', udpPayloadBytes: 1200 },
      ...{ windowBytes: null, ackThreshold: null, congestionControl: null, minRttNs: null },
    })
    expect(client.effective.quic?.handshakeNs).toBeGreaterThan(0)
    // It acknowledges every second packet by itself.
    expect(client.effective.quic?.packetsSentPerMessage).toBeLessThan(1.6)
  })

  it.each([2, 16])('a stream of bytes is spread over %i QUIC streams', async (streams) => {
    const { client, server } = await measure(OPENSSL, {
      ...{ workload: 'stream', messageSizeBytes: 16_384, iterations: 0, durationNs: 150e6 },
      quicOpenssl: { streams, verify: true },
    })
    expect([client.fault, server.fault]).toEqual([null, null])
    expect(server.links[0]?.marks.at(-1)?.bytes).toBeGreaterThan(65_536)
  })

  it('an idle connection sends nothing', async () => {
    const pair = await connectedPair(OPENSSL, { idleTimeoutNs: 60e9 })
    const before = pair.server.effective().quic?.packetsSent
    expect(before).toBeGreaterThan(0)
    const run = pair.server.run()
    await setTimeout(300)
    pair.server.stop()
    expect((await run).effective.quic?.packetsSent).toBe(before)
    pair.close()
  })

  it('a hundred connections one after the other leave nothing open', async () => {
    const open = async () => (await connectedPair(OPENSSL)).close()
    for (let i = 0; i < 20; i++) await open()
    const before = process.memoryUsage().rss
    for (let i = 0; i < 100; i++) await open()
    // A connection that stayed would be 200 kB and more.
    expect(process.memoryUsage().rss - before).toBeLessThan(10 * 1024 ** 2)
  })
})

it('is refused in one sentence where the OpenSSL of Node.js has no QUIC', ({ skip }) => {
  skip(OPENSSL_PROBLEM === null, 'this Node.js has it')
  const { Endpoint } = loadAddon()
  expect(() => new Endpoint(spec(OPENSSL, 'server'))).toThrow(
    expect.objectContaining({
      code: 'UNSUPPORTED',
      message: 'this Node.js has no QUIC in its OpenSSL; Node.js 22 or newer has',
    }),
  )
})

const BY_NGTCP2 = WIRES.find(({ name }) => name === 'quic over IPv4')

describe('between OpenSSL and ngtcp2', () => {
  beforeEach(({ skip }) => {
    skip(OPENSSL_PROBLEM !== null, OPENSSL_PROBLEM ?? undefined)
    skip(BY_NGTCP2 === undefined, 'ngtcp2 is not in this build')
  })

  it.each([
    ['quic', 'quic:openssl'],
    ['quic:openssl', 'quic'],
  ] as const)('%s asks, %s answers: every byte is checked', async (asking, answering) => {
    const { client, server } = await between(asking, answering, { messageSizeBytes: 5000 })
    expect(client).toMatchObject({ status: 'completed', fault: null })
    expect(server.fault).toBeNull()
    expect(client.links[0]?.latency?.count).toBe(100)
  })

  it.each([
    ['quic', 'quic:openssl', 'up'],
    ['quic', 'quic:openssl', 'down'],
    ['quic:openssl', 'quic', 'up'],
    ['quic:openssl', 'quic', 'down'],
  ] as const)('%s and %s: a stream %s over four QUIC streams', async (asking, answering, way) => {
    const { client, server } = await between(asking, answering, {
      ...{ workload: 'stream', direction: way, messageSizeBytes: 16_384 },
      ...{ iterations: 0, durationNs: 150e6 },
    })
    expect([client.fault, server.fault]).toEqual([null, null])
    const receiver = way === 'up' ? server : client
    expect(receiver.links[0]?.marks.at(-1)?.bytes).toBeGreaterThan(65_536)
  })
})

type QuicTransport = 'quic' | 'quic:openssl'

/** A run with another library at each end. */
async function between(
  asking: QuicTransport,
  answering: QuicTransport,
  changes: Partial<EndpointSpec>,
) {
  const { Endpoint } = loadAddon()
  const end = (role: 'client' | 'server', transport: QuicTransport) => {
    const own = spec({ ...OPENSSL, transport }, role, changes)
    const streams = changes.workload === 'stream' ? 4 : 1
    if (own.quic !== null) own.quic = { ...own.quic, streams, verify: true }
    if (own.quicOpenssl !== null) own.quicOpenssl = { streams, verify: true }
    return new Endpoint(own)
  }
  const client = end('client', asking)
  const server = end('server', answering)
  const blobs = { client: client.open(), server: server.open() }
  await Promise.all([server.connect(blobs.client), client.connect(blobs.server)])
  const stop = () => {
    client.stop()
    server.stop()
  }
  const serverDecides = changes.workload === 'stream' && changes.direction !== 'down'
  const [atServer, atClient] = await Promise.all([
    server.run(serverDecides ? stop : undefined),
    client.run(serverDecides ? undefined : stop),
  ])
  client.close()
  server.close()
  return { client: atClient, server: atServer }
}
