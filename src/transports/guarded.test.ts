import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Endpoint } from '../addon/addon.js'
import { loadAddon } from '../addon/load.js'
import { portOf } from './fixtures/blob-port.js'
import { helloFor, plainHelloFor } from './fixtures/greeting.js'
import { measure, spec, start } from './fixtures/pair.js'
import { WIRES } from './fixtures/wires.js'

/** Data goes to the host of the session alone, and only when that has shown that it is there. */

const HERE = '127.0.0.1'
const OVER_IPV4 = WIRES.filter(({ localAddress }) => localAddress === HERE)
const IN_DATAGRAMS = OVER_IPV4.filter(({ transport }) => !['tcp', 'tls'].includes(transport))

/** Sends what it is told to, and counts what comes. */
interface Machine {
  socket: Socket
  sentBytes: number
  receivedBytes: number
  received: Buffer[]
}

let machines: Machine[] = []
beforeEach(() => {
  machines = []
})
afterEach(() => {
  for (const { socket } of machines) socket.close()
})

async function machineAt(address: string): Promise<Machine> {
  const socket = createSocket('udp4').bind(0, address)
  await once(socket, 'listening')
  const machine: Machine = { socket, sentBytes: 0, receivedBytes: 0, received: [] }
  socket.on('message', (datagram) => {
    machine.receivedBytes += datagram.length
    machine.received.push(datagram)
  })
  machines.push(machine)
  return machine
}

async function say(machine: Machine, datagram: Uint8Array, port: number): Promise<void> {
  machine.sentBytes += datagram.length
  await new Promise<void>((resolve) => machine.socket.send(datagram, port, HERE, () => resolve()))
}

/** A server that has a stream to send as soon as it has found its client. */
function ends(wire: (typeof WIRES)[number]) {
  const { Endpoint } = loadAddon()
  const changes = {
    ...({ workload: 'stream', direction: 'down', durationNs: 50e6, iterations: 0 } as const),
    ...{ messageSizeBytes: 1000, peerAddress: HERE },
  }
  const specs = { client: spec(wire, 'client', changes), server: spec(wire, 'server', changes) }
  const client = new Endpoint(specs.client)
  const server = new Endpoint(specs.server)
  return { client, server, specs, close: () => closeAll([client, server]) }
}

function closeAll(all: Endpoint[]): void {
  for (const one of all) one.close()
}

describe.each(IN_DATAGRAMS)('$name', (wire) => {
  it('goes to no other machine, whoever forges its address and has the token', async () => {
    const pair = ends(wire)
    try {
      const blobs = { client: pair.client.open(), server: pair.server.open() }
      const third = await machineAt('127.0.0.2')
      const port = portOf(blobs.server)
      for (const hello of [helloFor(blobs.server), plainHelloFor(blobs.server)])
        for (let i = 0; i < 2; i++) await say(third, hello, port)
      await Promise.all([pair.server.connect(blobs.client), pair.client.connect(blobs.server)])
      const run = start(pair)
      await run.measured
      pair.client.stop()
      pair.server.stop()
      const [client, server] = await Promise.all([run.client, run.server])
      expect(client.links[0]?.marks.at(-1)?.messages).toBeGreaterThan(0)
      expect(third.receivedBytes).toBe(0)
      expect(server.strangers).toBe(4)
      expect(client.strangers).toBe(0)
    } finally {
      pair.close()
    }
  })

  it('has nobody of its own host sent more than he sends, until he returns a challenge', async () => {
    const pair = ends(wire)
    try {
      const blobs = { client: pair.client.open(), server: pair.server.open() }
      const connecting = pair.server.connect(blobs.client)
      connecting.catch(() => {})
      const forged = await machineAt(HERE)
      const port = portOf(blobs.server)
      await say(forged, plainHelloFor(blobs.server), port)
      const challenged = once(forged.socket, 'message')
      await say(forged, helloFor(blobs.server), port)
      await challenged
      await Promise.all([connecting, pair.client.connect(blobs.server)])
      expect(pair.server.effective().remotePort).not.toBe(forged.socket.address().port)
      expect(forged.received).toHaveLength(1)
      expect(forged.receivedBytes).toBeLessThanOrEqual(forged.sentBytes)
    } finally {
      pair.close()
    }
  })
})

it.each(OVER_IPV4)('$name still meets an end of before challenges', async (wire) => {
  const { client, server } = await measure(wire, { isGuarded: false, peerAddress: HERE })
  expect(client.status).toBe('completed')
  expect(client).not.toHaveProperty('strangers')
  expect(server).not.toHaveProperty('strangers')
})

it.each(OVER_IPV4)('$name takes nobody from elsewhere for its client', async (wire) => {
  const { Endpoint } = loadAddon()
  const far = { peerAddress: '127.0.0.2', connectTimeoutNs: 300e6 }
  const server = new Endpoint(spec(wire, 'server', far))
  const client = new Endpoint(spec(wire, 'client', { ...far, peerAddress: HERE }))
  try {
    const blobs = { client: client.open(), server: server.open() }
    const [accepted, connected] = await Promise.allSettled([
      server.connect(blobs.client),
      client.connect(blobs.server),
    ])
    expect(accepted).toMatchObject({ reason: { code: 'CONNECT_TIMEOUT' } })
    expect(connected.status).toBe('rejected')
  } finally {
    closeAll([client, server])
  }
})
