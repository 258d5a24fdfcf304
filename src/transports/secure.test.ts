import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { EndpointSpec } from '../addon/addon.js'
import { loadAddon } from '../addon/load.js'
import { DEFAULT_TLS } from '../plan/quic.js'
import { connectedPair, measure, spec } from './fixtures/pair.js'
import { WIRES } from './fixtures/wires.js'

/** What the transports with TLS owe beyond the contract. */

const PIN_BYTES = 32
const SECURE = WIRES.filter(({ transport }) => ['tls', 'quic', 'quic:openssl'].includes(transport))

/** Both ends' refusals, when the client is given the server's blob spoilt. */
async function refusals(
  wire: (typeof WIRES)[number],
  spoil: (blob: Uint8Array) => Uint8Array,
  changes: { client?: Partial<EndpointSpec>; server?: Partial<EndpointSpec> } = {},
) {
  const { Endpoint } = loadAddon()
  const client = new Endpoint(spec(wire, 'client', { connectTimeoutNs: 2e9, ...changes.client }))
  const server = new Endpoint(spec(wire, 'server', { connectTimeoutNs: 2e9, ...changes.server }))
  const blobs = { client: client.open(), server: spoil(server.open()) }
  const code = (error: { code: string }) => error.code
  const ends = await Promise.all([
    client.connect(blobs.server).then(() => 'connected', code),
    server.connect(blobs.client).then(() => 'connected', code),
  ])
  client.close()
  server.close()
  return ends
}

/** `blob` with a bit changed, `fromEnd` bytes before its end. */
function flipped(blob: Uint8Array, fromEnd: number): Uint8Array {
  return blob.map((byte, i) => (i === blob.length - fromEnd ? byte ^ 1 : byte))
}

describe.each(SECURE)('$name', (wire) => {
  it.each([1, PIN_BYTES])('a certificate other than the pinned one is refused (%i)', async (at) => {
    const [client, server] = await refusals(wire, (blob) => flipped(blob, at))
    expect(client).toBe('TLS_PIN')
    expect(['TLS', 'CONNECT_REFUSED']).toContain(server)
  })

  it('ends without a common cipher do not connect', async () => {
    const tls = { ...DEFAULT_TLS, cipher: 'aes-256-gcm' } as const
    const [client, server] = await refusals(wire, (blob) => blob, { client: { tls } })
    expect(['TLS', 'CONNECT_REFUSED']).toContain(server)
    // A server of OpenSSL that has sent nothing yet ends a connection in silence.
    const silent = wire.transport === 'quic:openssl' ? ['CONNECT_TIMEOUT'] : []
    expect(['TLS', 'CONNECT_REFUSED', ...silent]).toContain(client)
  })

  it.each([
    ['aes-128-gcm', 'AES-128-GCM'],
    ['aes-256-gcm', 'AES-256-GCM'],
    ['chacha20-poly1305', 'CHACHA20-POLY1305'],
  ] as const)('%s is what is used when it is asked for', async (cipher, name) => {
    const { client, server } = await measure(wire, {
      tls: { ...DEFAULT_TLS, cipher },
      iterations: 50,
    })
    const library = wire.transport === 'quic:openssl' ? 'OpenSSL' : 'GnuTLS'
    for (const { effective } of [client, server]) {
      expect(effective.tls).toMatchObject({ library, protocol: 'TLS1.3', cipher: name })
      expect(effective.tls?.group).toMatch(/X25519|SECP256R1/)
    }
  })

  it.each(['ping-pong', 'stream'] as const)(
    'both ends of a %s leave at once, and neither takes it for a fault',
    async (workload) => {
      const pair = await connectedPair(wire, { workload, iterations: 0, durationNs: 60e9 })
      // Initiators and receivers see it grow.
      const seen = workload === 'stream' ? pair.server : pair.client
      const runs = [pair.server, pair.client].map((end) => end.run())
      while (seen.progress().messages === 0) await new Promise(setImmediate)
      pair.client.stop()
      pair.server.stop()
      pair.client.close()
      pair.server.close()
      for (const { status, fault } of await Promise.all(runs)) {
        expect(fault).toBeNull()
        expect(status).toMatch(/^(stopped|peer-closed)$/)
      }
    },
  )

  it('two servers have two certificates', () => {
    const { Endpoint } = loadAddon()
    const blobs = [1, 2].map(() => {
      const server = new Endpoint(spec(wire, 'server'))
      const blob = server.open()
      server.close()
      return blob.slice(-PIN_BYTES).join()
    })
    expect(blobs[0]).not.toBe(blobs[1])
  })
})

describe.each(SECURE.filter(({ transport }) => transport === 'quic'))('$name', (wire) => {
  const quic = spec(wire, 'client').quic as NonNullable<EndpointSpec['quic']>

  it("a packet that is not addressed to the session's token is not answered", async () => {
    const token = 20
    const spoil = (blob: Uint8Array) => blob.map((byte, i) => (i === token - 1 ? byte ^ 1 : byte))
    const limit = { connectTimeoutNs: 300e6 }
    const ends = await refusals(wire, spoil, { client: limit, server: limit })
    expect(ends).toEqual(['CONNECT_TIMEOUT', 'CONNECT_TIMEOUT'])
  })

  it.each([1, 63, 1000, 1351, 1352, 1353, 1417, 1418, 1419, 1452, 4096, 65_536, 1024 ** 2])(
    'every byte of %i comes back as it was sent',
    async (messageSizeBytes) => {
      const { client, server } = await measure(wire, {
        ...{ messageSizeBytes, iterations: messageSizeBytes > 100_000 ? 10 : 50 },
        quic: { ...quic, verify: true },
      })
      expect(client).toMatchObject({ status: 'completed', fault: null })
      expect(server.fault).toBeNull()
    },
  )

  it('a window smaller than a message only makes it wait', async () => {
    const { client } = await measure(wire, {
      ...{ messageSizeBytes: 65_536, iterations: 20 },
      quic: { ...quic, windowBytes: 8192, verify: true },
    })
    expect(client).toMatchObject({ status: 'completed', fault: null })
  })

  it.each(['block', 'spin'] as const)('a round trip is one packet each way, %s', async (wait) => {
    const iterations = wait === 'spin' ? 500 : 2000
    const { client, server } = await measure(wire, { wait, iterations })
    for (const { effective } of [client, server]) {
      expect(effective.quic?.packetsSentPerMessage).toBeLessThan(1.1)
      expect(effective.quic?.packetsReceivedPerMessage).toBeLessThan(1.1)
    }
  })

  it('says which library it was, and how the connection ended up', async () => {
    const { client } = await measure(wire, { iterations: 200 })
    expect(client.effective.quic).toMatchObject({
      library: 'ngtcp2',
      version: expect.stringMatching(/^\d+\.\d+/),
      builtWith: expect.stringMatching(/^\d+\.\d+/),
      ...{ protocolVersion: 1, messages: 'stream', udpPayloadBytes: 1452, ackThreshold: 1 },
    })
    const { minRttNs, smoothedRttNs, congestionWindowBytes, handshakeNs } = client.effective
      .quic as NonNullable<typeof client.effective.quic>
    for (const value of [minRttNs, smoothedRttNs, congestionWindowBytes, handshakeNs]) {
      expect(value).toBeGreaterThan(0)
    }
  })

  describe.each(['block', 'spin'] as const)('datagrams, %s', (wait) => {
    const datagrams = { ...quic, messages: 'datagram' as const }

    it.each([1, 2, 7, 64, 1200, 1418])('ping-pong of %i B', async (messageSizeBytes) => {
      const iterations = wait === 'spin' ? 60 : 300
      const changes = { wait, messageSizeBytes, iterations, quic: datagrams }
      const { client, server } = await measure(wire, changes)
      expect(client).toMatchObject({ status: 'completed', fault: null })
      expect(server.fault).toBeNull()
      const end = client.links[0]?.marks.at(-1)
      expect((end?.messages ?? 0) + (end?.lost ?? 0)).toBe(iterations)
      // A packet that is full has no room for the acknowledgement.
      if (messageSizeBytes <= 1200) {
        expect(client.effective.quic?.packetsSentPerMessage).toBeLessThan(1.1)
      }
    })

    it.each(['up', 'down', 'both'] as const)('a stream %s counts what is missing', async (way) => {
      const { client, server } = await measure(wire, {
        ...{ wait, workload: 'stream', direction: way, messageSizeBytes: 1200 },
        ...{ iterations: 0, durationNs: 150e6, idleTimeoutNs: 10e9, quic: datagrams },
      })
      expect([client.fault, server.fault]).toEqual([null, null])
      const links = [...client.links, ...server.links]
      const receivers = links.filter(({ role }) => role === 'receiver')
      expect(receivers).toHaveLength(way === 'both' ? 2 : 1)
      const sum = (role: string, of: 'messages' | 'lost') =>
        links
          .filter((link) => link.role === role)
          .reduce((n, { marks }) => n + (marks.at(-1)?.[of] ?? 0), 0)
      expect(sum('receiver', 'messages')).toBeGreaterThan(0)
      expect(sum('receiver', 'messages') + sum('receiver', 'lost')).toBeLessThanOrEqual(
        sum('sender', 'messages'),
      )
    })
  })

  it('a datagram that does not fit a packet is refused', () => {
    const { Endpoint } = loadAddon()
    const changes = { messageSizeBytes: 1419, quic: { ...quic, messages: 'datagram' as const } }
    expect(() => new Endpoint(spec(wire, 'server', changes))).toThrow(
      expect.objectContaining({ code: 'BAD_SPEC' }),
    )
  })

  it.each([2, 16])('a stream of bytes is spread over %i QUIC streams', async (streams) => {
    const { client, server } = await measure(wire, {
      ...{ workload: 'stream', messageSizeBytes: 16_384, iterations: 0, durationNs: 150e6 },
      quic: { ...quic, streams, ackThreshold: 10 },
    })
    expect([client.fault, server.fault]).toEqual([null, null])
    const bytes = server.links[0]?.marks.at(-1)?.bytes ?? 0
    expect(bytes).toBeGreaterThan(streams * 65_536)
  })

  it('large packets cross loopback whole', async () => {
    const { client, server } = await measure(wire, {
      ...{ workload: 'stream', messageSizeBytes: 262_144, iterations: 0, durationNs: 150e6 },
      quic: { ...quic, udpPayloadBytes: 65_000, windowBytes: 8 << 20, ackThreshold: 10 },
    })
    expect([client.fault, server.fault]).toEqual([null, null])
    expect(server.links[0]?.marks.at(-1)?.bytes).toBeGreaterThan(65_000)
  })

  it('an idle connection sends nothing', async () => {
    const pair = await connectedPair(wire, { idleTimeoutNs: 60e9 })
    const before = pair.server.effective().quic?.packetsSent
    expect(before).toBeGreaterThan(0)
    const run = pair.server.run()
    await setTimeout(300)
    pair.server.stop()
    expect((await run).effective.quic?.packetsSent).toBe(before)
    pair.close()
  })
})
