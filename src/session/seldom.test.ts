import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLocalAgent } from '../place/local.js'
import { buildRepetition } from '../results/repetition/repetition.js'
import { spec } from '../transports/fixtures/pair.js'
import { WIRES } from '../transports/fixtures/wires.js'
import type { Session } from './client/client.js'
import { connectSession } from './client/client.js'
import { testCase } from './fixtures/case.js'

/** Messages so far apart that none is due within the time-out, and none within the measured phase. */

const CARRIERS = WIRES.filter(
  ({ transport }, i) =>
    ['tcp', 'tls', 'udp', 'quic'].includes(transport) &&
    WIRES.findIndex((wire) => wire.transport === transport) === i,
)

let agent: Awaited<ReturnType<typeof startLocalAgent>>
let session: Session
beforeAll(async () => {
  agent = await startLocalAgent({ family: 4 })
  session = await connectSession(agent)
})
afterAll(async () => {
  await session.close()
  await agent.close()
})

describe.each(CARRIERS)('a stream over $name at a rate of next to nothing', (wire) => {
  it('is measured, both ways', async () => {
    const { tls, quic } = spec(wire, 'client', { workload: 'stream' })
    const c = testCase(
      { transport: wire.transport as 'tcp', workload: 'stream' },
      {
        ...{ direction: 'both', streams: 2, messageSizeBytes: 1_000, rateBitsPerSec: 8, tls, quic },
        ...{ idleTimeoutNs: 100e6, warmupCapNs: 100e6, durationNs: 500e6 },
      },
    )
    const report = await session.runRepetition(c)
    expect(report.failure).toBeNull()
    const { status, durationNs, messages, load, cpu } = buildRepetition(c, 0, 0, report)
    expect({ status, messages }).toEqual({ status: 'completed', messages: 0 })
    expect(durationNs).toBeCloseTo(500e6, -3)
    // The senders have met the window as well.
    expect(load).toMatchObject({ achievedBitsPerSec: 0 })
    expect(cpu.client).not.toBeNull()
    expect(cpu.server).not.toBeNull()
  })
})
