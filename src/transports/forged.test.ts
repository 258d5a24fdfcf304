import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { loadAddon } from '../addon/load.js'
import { cutPath } from './fixtures/cut-path.js'
import { spec, start } from './fixtures/pair.js'
import { WIRES } from './fixtures/wires.js'

/** Whoever forges the address and port of a peer is waited for by nobody, and told of. */

const QUIC = WIRES.filter(({ name }) => /^quic.* over IPv4$/.test(name))

const IDLE_NS = 1e9
const EVERY_MS = 100
/** Limits of idleness until the forging ends by itself: more is no slow machine any more. */
const MOST_LIMITS = 15

/** As a packet of an established connection may look. */
function junk(): Uint8Array {
  const packet = randomBytes(1200)
  packet[0] = 0x40 | ((packet[0] ?? 0) & 0x3f)
  return packet
}

describe.each(QUIC)('$name', (wire) => {
  it.each([
    ['ping-pong', 'block'],
    ['ping-pong', 'spin'],
    ['stream', 'block'],
    ['stream', 'spin'],
    ['rr', 'block'],
  ] as const)(
    'a path over which only forged packets come is down at both ends, %s, %s',
    async (workload, wait) => {
      const changes = {
        ...{ workload, wait, iterations: 0, durationNs: 600e9, idleTimeoutNs: IDLE_NS },
        ...{
          messageSizeBytes: 1000,
          ...(workload === 'rr' && { responseSizeBytes: 1000, inflight: 1 }),
        },
      }
      const specs = { client: spec(wire, 'client', changes), server: spec(wire, 'server', changes) }
      const { Endpoint } = loadAddon()
      const [client, server] = [new Endpoint(specs.client), new Endpoint(specs.server)]
      const path = await cutPath('udp', null, () => {})
      let forging: NodeJS.Timeout | undefined
      try {
        const [toClient, toServer] = [path.toClient(client.open()), path.toServer(server.open())]
        await Promise.all([server.connect(toClient), client.connect(toServer)])
        const run = start({ client, server, specs, close: () => {} })
        const isUnderWay = () => server.progress().messages > 0 || client.progress().messages > 0
        while (!isUnderWay()) await new Promise(setImmediate)
        path.cut('silent')
        const cutMs = performance.now()
        forging = setInterval(() => {
          if ((performance.now() - cutMs) * 1e6 > MOST_LIMITS * IDLE_NS) return
          for (let i = 0; i < 5; i++) path.forge(junk())
        }, EVERY_MS)
        const outcomes = await Promise.all([run.client, run.server])
        expect((performance.now() - cutMs) * 1e6).toBeLessThan(MOST_LIMITS * IDLE_NS)
        for (const { status, fault, strangers } of outcomes) {
          expect([status, fault?.code]).toEqual(['failed', 'STALLED'])
          expect(strangers).toBeGreaterThan(0)
        }
      } finally {
        clearInterval(forging)
        client.close()
        server.close()
        path.close()
      }
    },
  )
})
