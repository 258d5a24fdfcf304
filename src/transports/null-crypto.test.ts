import { describe, expect, it } from 'vitest'
import type { EndpointSpec } from '../addon/addon.js'
import { loadAddon } from '../addon/load.js'
import { measure, spec } from './fixtures/pair.js'
import { WIRES } from './fixtures/wires.js'

/** QUIC without encryption, the diagnostic. */

describe.each(WIRES.filter(({ transport }) => transport === 'quic'))('$name', (wire) => {
  const quic = { ...(spec(wire, 'client').quic as NonNullable<EndpointSpec['quic']>) }
  const open = { ...quic, nullCrypto: true }

  it.each([64, 1418, 65_536])('every byte of %i comes back, and it says so', async (bytes) => {
    const { client, server } = await measure(wire, {
      ...{ messageSizeBytes: bytes, iterations: 50 },
      quic: { ...open, verify: true },
    })
    expect(client).toMatchObject({ status: 'completed', fault: null })
    for (const { effective } of [client, server]) expect(effective.tls?.cipher).toBe('NULL')
  })

  it.each([
    ['client', open, quic],
    ['server', quic, open],
  ])('where only the %s leaves it out, nothing connects', async (_, ofClient, ofServer) => {
    const { Endpoint } = loadAddon()
    const limit = { connectTimeoutNs: 300e6 }
    const client = new Endpoint(spec(wire, 'client', { ...limit, quic: ofClient }))
    const server = new Endpoint(spec(wire, 'server', { ...limit, quic: ofServer }))
    const blobs = { client: client.open(), server: server.open() }
    const ends = await Promise.allSettled([
      client.connect(blobs.server),
      server.connect(blobs.client),
    ])
    for (const end of ends)
      expect(end).toMatchObject({ status: 'rejected', reason: { code: 'CONNECT_TIMEOUT' } })
    client.close()
    server.close()
  })
})
