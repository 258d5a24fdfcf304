import { describe, expect, it } from 'vitest'
import type { TlsHandshake } from '../addon/addon.js'
import { DEFAULT_TLS } from '../plan/quic.js'
import { expectLatency, only } from './fixtures/outcome.js'
import { measure, spec } from './fixtures/pair.js'
import { WIRES } from './fixtures/wires.js'

/** Connections that are made one after the other, over every transport that has them. */

const ALL = WIRES.filter(({ transport }) => ['tcp', 'tls', 'quic'].includes(transport))
const quicOf = (wire: (typeof WIRES)[number]) => spec(wire, 'client').quic

describe.each(ALL)('$name', (wire) => {
  const handshakes: TlsHandshake[] =
    wire.transport === 'quic'
      ? ['full', 'resumed', '0rtt']
      : wire.transport === 'tls'
        ? ['full', 'resumed']
        : ['full']
  const connects = (handshake: TlsHandshake) => ({
    workload: 'connect' as const,
    tls: wire.transport === 'tcp' ? null : { ...DEFAULT_TLS, handshake },
  })

  describe.each(handshakes)('%s', (handshake) => {
    it.each(['block', 'spin'] as const)('as many as asked for, %s', async (wait) => {
      const iterations = 30
      const { client, server } = await measure(wire, { ...connects(handshake), wait, iterations })
      expect(client).toMatchObject({ status: 'completed', fault: null })
      expect(server.fault).toBeNull()
      const link = only(client, 'initiator')
      expectLatency(link, iterations)
      expect(link.connects).toMatchObject({
        made: iterations,
        resumed: handshake === 'full' ? 0 : iterations,
        earlyData: handshake === '0rtt' ? iterations : 0,
      })
      const { count, minNs, sumNs } = link.connects?.handshake ?? {}
      expect(count).toBe(iterations)
      expect(minNs).toBeGreaterThan(0)
      expect(sumNs).toBeLessThan(link.latency?.sumNs ?? 0)
      expect(only(server, 'responder').connects).toBeNull()
    })

    it('leaves the warm-up out of both', async () => {
      const { client } = await measure(wire, {
        ...{ ...connects(handshake), warmupCapNs: 100e6, iterations: 25 },
      })
      const link = only(client, 'initiator')
      expectLatency(link, 25)
      expect(link.connects?.handshake.count).toBe(25)
      expect(link.connects?.made).toBe(25)
    })
  })

  if (wire.transport === 'quic') {
    it.each(handshakes)('%s, after a Retry', async (handshake) => {
      const quic = quicOf(wire)
      if (quic === null) throw new Error('QUIC has options')
      const { client } = await measure(wire, {
        ...{ ...connects(handshake), iterations: 20 },
        quic: { ...quic, retry: true },
      })
      expect(client).toMatchObject({ status: 'completed', fault: null })
      expect(client.effective.quic?.retry).toBe(true)
      expect(only(client, 'initiator').connects?.earlyData).toBe(handshake === '0rtt' ? 20 : 0)
    })

    it('where the server takes no early data, messages wait for the handshake, and are not counted as early', async () => {
      const { client } = await measure(
        wire,
        { ...connects('0rtt'), iterations: 20 },
        // Resumes connections, and wants nothing before their handshake is over.
        connects('resumed'),
      )
      expect(client).toMatchObject({ status: 'completed', fault: null })
      expect(only(client, 'initiator').connects).toMatchObject({
        ...{ made: 20, resumed: 20, earlyData: 0 },
      })
    })
  }
})
