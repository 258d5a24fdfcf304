import { describe, expect, it } from 'vitest'
import type { EndpointSpec } from '../addon/addon.js'
import { loadAddon } from '../addon/load.js'
import { last, only } from './fixtures/outcome.js'
import { measure, spec } from './fixtures/pair.js'
import { WIRES } from './fixtures/wires.js'

/** QUIC options that change how packets go, and nothing of what they carry. */

describe.each(WIRES.filter(({ transport }) => transport === 'quic'))('$name', (wire) => {
  const quic = spec(wire, 'client').quic as NonNullable<EndpointSpec['quic']>

  it.each(['block', 'spin'] as const)('keys are updated while it runs, %s', async (wait) => {
    const { client, server } = await measure(wire, {
      ...{ wait, iterations: 0, durationNs: 600e6 },
      quic: { ...quic, keyUpdateNs: 100e6, verify: true },
    })
    expect(client).toMatchObject({ status: 'completed', fault: null })
    expect(server.fault).toBeNull()
    expect(client.effective.quic?.keyUpdates).toBeGreaterThanOrEqual(2)
    expect(server.effective.quic?.keyUpdates).toBe(0)
  })

  /** From 1.2 to 1.12 ngtcp2 counts whole nanoseconds for a byte. */
  async function keepsToRates(): Promise<boolean> {
    const { client } = await measure(wire, { iterations: 1 })
    const [major = 0, minor = 0] = (client.effective.quic?.version ?? '').split('.').map(Number)
    return major !== 1 || minor < 2 || minor > 12
  }

  it.for(['block', 'spin'] as const)('a paced stream goes on, %s', async (wait, { skip }) => {
    skip(!(await keepsToRates()), 'this ngtcp2 keeps to no rate')
    const { client, server } = await measure(wire, {
      ...{ workload: 'stream', wait, messageSizeBytes: 16_384, iterations: 0, durationNs: 300e6 },
      quic: { ...quic, pacing: true, ackThreshold: 10 },
    })
    expect([client.fault, server.fault]).toEqual([null, null])
    expect(last(only(server, 'receiver').marks).bytes).toBeGreaterThan(100_000)
    expect(client.effective.quic?.pacing).toBe(true)
  })

  it('an ngtcp2 that keeps to no rate refuses pacing at both ends, by its version', async ({
    skip,
  }) => {
    skip(await keepsToRates(), 'this ngtcp2 keeps to a rate')
    for (const role of ['client', 'server'] as const) {
      const changes = { workload: 'stream', quic: { ...quic, pacing: true } } as const
      const end = new (loadAddon().Endpoint)(spec(wire, role, changes))
      expect(() => end.open()).toThrow(
        expect.objectContaining({
          code: 'UNSUPPORTED',
          message: expect.stringMatching(/^pacing: ngtcp2 1\.\d+\.\d+ counts whole nanoseconds/),
        }),
      )
      end.close()
    }
  })
})
