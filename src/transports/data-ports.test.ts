import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadAddon } from '../addon/load.js'
import { withHost } from './fixtures/blob-port.js'
import { measure, spec } from './fixtures/pair.js'
import { type ReservedPort, reservePort } from './fixtures/reserved-port.js'
import { WIRES } from './fixtures/wires.js'

/** A server whose data may use some ports only, as where a firewall lets no others through. */

let reserved: ReservedPort
beforeEach(async () => {
  reserved = await reservePort()
})
afterEach(() => reserved.release())

const only = (port: number) => ({ dataPorts: { first: port, last: port, atMost: 1 } })
const SOCKETS = WIRES.filter(({ localAddress }) => localAddress !== '')

describe.each(SOCKETS)('$name', (wire) => {
  it('has all its connections, both ways, by one port', async () => {
    const shape = { workload: 'stream', direction: 'both', streams: 3 } as const
    const limits = { messageSizeBytes: 1000, durationNs: 150e6, iterations: 0 }
    // Where a receiver is slow, UDP loses; that is not what this is about.
    const slow = { rateBitsPerSec: 8e6 }
    const { client, server } = await measure(
      wire,
      { ...shape, ...limits, ...slow },
      only(reserved.port),
    )
    expect(client.effective?.remotePort).toBe(reserved.port)
    expect([client.status, server.status]).toEqual(['stopped', 'stopped'])
    const received = [...client.links.slice(3), ...server.links.slice(0, 3)]
    expect(received).toHaveLength(6)
    for (const { marks } of received) expect(marks.at(-1)?.messages).toBeGreaterThan(0)
  })

  it('has the same port for one run after the other', async () => {
    for (let i = 0; i < 3; i++) {
      const { client } = await measure(wire, {}, only(reserved.port))
      expect(client.effective?.remotePort).toBe(reserved.port)
      expect(client.status).toBe('completed')
    }
  })

  it('says that the port is taken', async () => {
    const isTcp = ['tcp', 'tls'].includes(wire.transport)
    const holder = isTcp
      ? createServer().listen(reserved.port, wire.localAddress)
      : createSocket(wire.localAddress.includes(':') ? 'udp6' : 'udp4').bind(
          reserved.port,
          wire.localAddress,
        )
    await once(holder, 'listening')
    const server = new (loadAddon().Endpoint)(spec(wire, 'server', only(reserved.port)))
    try {
      expect(() => server.open()).toThrow(
        expect.objectContaining({
          code: 'NO_DATA_PORT',
          message: `bind: the data port ${reserved.port} is taken`,
        }),
      )
    } finally {
      server.close()
      holder.close()
    }
  })

  it('says which port is closed', async () => {
    const { Endpoint } = loadAddon()
    const [server, client] = [
      new Endpoint(spec(wire, 'server', only(reserved.port))),
      new Endpoint(spec(wire, 'client')),
    ]
    try {
      client.open()
      const blob = server.open()
      server.close()
      const protocol = ['tcp', 'tls'].includes(wire.transport) ? 'TCP' : 'UDP'
      await expect(client.connect(blob)).rejects.toMatchObject({
        code: 'CONNECT_REFUSED',
        message: `connect: ${protocol} port ${reserved.port} of ${wire.localAddress} is closed`,
      })
    } finally {
      client.close()
    }
  })
})

describe.each(SOCKETS.filter(({ localAddress }) => localAddress === '127.0.0.1'))(
  '$name, behind addresses that neither end knows of itself',
  (wire) => {
    it('goes by where the client reaches the server, and from wherever it comes', async () => {
      const { Endpoint } = loadAddon()
      const client = new Endpoint(spec(wire, 'client', { peerAddress: '127.0.0.1' }))
      const server = new Endpoint(spec(wire, 'server'))
      try {
        const blobs = { client: client.open(), server: server.open() }
        const isTcp = ['tcp', 'tls'].includes(wire.transport)
        // An address of documentation (RFC 5737), where nobody is; of a TCP client none is told.
        const elsewhere = isTcp ? blobs.client : withHost(blobs.client, '192.0.2.1')
        await Promise.all([
          server.connect(elsewhere),
          client.connect(withHost(blobs.server, '192.0.2.2')),
        ])
        expect(server.effective().remoteAddress).toBe('127.0.0.1')
        expect(client.effective().remoteAddress).toBe('127.0.0.1')
      } finally {
        client.close()
        server.close()
      }
    })
  },
)

it.each([
  { first: 0, last: 1, atMost: 1 },
  { first: 5, last: 4, atMost: 1 },
  { first: 5, last: 65_536, atMost: 1 },
  { first: 5, last: 6, atMost: 0 },
])('%j is no range of ports', (dataPorts) => {
  const [wire] = SOCKETS
  if (wire === undefined) throw new Error('there is a wire')
  expect(() => new (loadAddon().Endpoint)(spec(wire, 'server', { dataPorts }))).toThrow(
    expect.objectContaining({ code: 'BAD_SPEC' }),
  )
})
