import { describe, expect, it } from 'vitest'
import type { EndpointSpec } from '../addon/addon.js'
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

  it.each(['block', 'spin'] as const)('a paced stream goes on, %s', async (wait) => {
    const { client, server } = await measure(wire, {
      ...{ workload: 'stream', wait, messageSizeBytes: 16_384, iterations: 0, durationNs: 300e6 },
      quic: { ...quic, pacing: true, ackThreshold: 10 },
    })
    expect([client.fault, server.fault]).toEqual([null, null])
    expect(last(only(server, 'receiver').marks).bytes).toBeGreaterThan(100_000)
    expect(client.effective.quic?.pacing).toBe(true)
  })
})
