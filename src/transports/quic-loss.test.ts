import { describe, expect, it } from 'vitest'
import type { EndpointSpec } from '../addon/addon.js'
import { loadAddon } from '../addon/load.js'
import { QUIC_MESSAGES } from '../options/quic.js'
import { lossyPath } from './fixtures/lossy-path.js'
import { last, only } from './fixtures/outcome.js'
import { spec, start } from './fixtures/pair.js'
import { WIRES } from './fixtures/wires.js'

/** QUIC over a path that loses and reorders packets, between the sockets of two real ends. */

const QUIC = WIRES.filter(({ name }) => name === 'quic over IPv4')

async function across(
  wire: (typeof WIRES)[number],
  path: { loss: number; reordering: number },
  changes: Partial<EndpointSpec>,
) {
  const { Endpoint } = loadAddon()
  const specs = { client: spec(wire, 'client', changes), server: spec(wire, 'server', changes) }
  const [client, server] = [new Endpoint(specs.client), new Endpoint(specs.server)]
  const between = await lossyPath({ client: client.open(), server: server.open() }, path)
  try {
    await Promise.all([server.connect(between.client), client.connect(between.server)])
    const run = start({ client, server, specs, close: () => {} })
    const ended = Promise.all([run.client, run.server])
    await Promise.race([run.measured, ended])
    client.stop()
    server.stop()
    const [ofClient, ofServer] = await ended
    return { client: ofClient, server: ofServer, path: between }
  } finally {
    client.close()
    server.close()
    between.close()
  }
}

describe.each(QUIC)('$name', (wire) => {
  const quic = spec(wire, 'client').quic as NonNullable<EndpointSpec['quic']>

  describe.each([0, 0.001, 0.01, 0.05])('loss of %d each way', (loss) => {
    const path = { loss, reordering: loss }

    it.each(['block', 'spin'] as const)('every byte of a ping-pong arrives, %s', async (wait) => {
      const iterations = 300
      const {
        client,
        server,
        path: used,
      } = await across(wire, path, {
        ...{ wait, iterations, messageSizeBytes: 3000 },
        quic: { ...quic, verify: true },
      })
      expect(client).toMatchObject({ status: 'completed', fault: null })
      expect(server.fault).toBeNull()
      // Exactly once each: a ping-pong with a message twice would not have this many answers to it.
      expect(last(only(client, 'initiator').marks).messages).toBe(iterations)
      expect(last(only(server, 'responder').marks).messages).toBe(iterations)
      expectCounted(client, server, used)
    })

    it.each(QUIC_MESSAGES)('requests are answered, each once, by %s', async (messages) => {
      const iterations = 300
      const { client, server } = await across(wire, path, {
        ...{ workload: 'rr', iterations, verify: true, inflight: 8 },
        ...{ messageSizeBytes: 3000, responseSizeBytes: 500, messageTimeoutNs: 300e6 },
        quic: { ...quic, messages },
      })
      expect([client.fault, server.fault]).toEqual([null, null])
      const { messages: answered, lost } = last(only(client, 'initiator').marks)
      expect(answered + lost).toBe(iterations)
      // What is sent again is late and not lost, and what overtakes it makes it no loss either.
      if (messages === 'datagram') return
      expect(lost).toBe(0)
      expect(last(only(server, 'responder').marks).messages).toBe(iterations)
    })

    it.each(['up', 'down'] as const)('a stream %s goes on', async (direction) => {
      const {
        client,
        server,
        path: used,
      } = await across(wire, path, {
        ...{ workload: 'stream', direction, messageSizeBytes: 16_384 },
        ...{ iterations: 0, durationNs: 300e6, socket: { ...spec(wire, 'client').socket } },
      })
      expect([client.fault, server.fault]).toEqual([null, null])
      const receiver = only(direction === 'up' ? server : client, 'receiver')
      expect(last(receiver.marks).bytes).toBeGreaterThan(100_000)
      expectCounted(client, server, used)
    })
  })
})

type Outcome = Awaited<ReturnType<typeof across>>

/** What one end sent and the other did not receive is what the path dropped, and what was under way at the end. */
function expectCounted(
  client: Outcome['client'],
  server: Outcome['server'],
  { dropped }: Outcome['path'],
): void {
  const [c, s] = [client.effective.quic, server.effective.quic]
  if (c == null || s == null) throw new Error('QUIC tells its packets')
  const missing = { up: c.packetsSent - s.packetsReceived, down: s.packetsSent - c.packetsReceived }
  expect(missing.up).toBeGreaterThanOrEqual(dropped.up)
  expect(missing.down).toBeGreaterThanOrEqual(dropped.down)
  // A window of them at the most.
  const underWay = (sent: number) => 64 + sent * 0.5
  expect(missing.up).toBeLessThanOrEqual(dropped.up + underWay(c.packetsSent))
  expect(missing.down).toBeLessThanOrEqual(dropped.down + underWay(s.packetsSent))
}
