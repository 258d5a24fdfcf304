import { describe, it } from 'vitest'
import { startLocalAgent } from '../place/local.js'
import { buildRepetition } from '../results/repetition/repetition.js'
import { connectSession } from './client/client.js'
import { badDay, watchMoments } from './fixtures/bad-day.js'
import { testCase } from './fixtures/case.js'
import { EXPECTED, expectBadDay, KILLS, OTHERS, pingPongOver } from './fixtures/kills.js'
import { gone } from './fixtures/processes.js'

/**
 * Somebody is killed, or stopped, at each moment of a repetition. Agent, endpoints and sockets are real; the moments are found by
 * watching what this client's end does, which goes on unchanged.
 */

watchMoments()

/** One that a receiver at the server, or at the client, follows for longer than a second. */
function stream(direction: 'up' | 'down', transport: 'tcp' | 'udp' = 'tcp') {
  return testCase(
    { transport, workload: 'stream' },
    {
      ...{ direction, messageSizeBytes: 1_000, rateBitsPerSec: 8e6 },
      ...{ warmupCapNs: 0, durationNs: 4e9, idleTimeoutNs: 30e9 },
    },
  )
}

describe.concurrent('in the middle of a stream', () => {
  it.for([
    ['agent', 'SIGKILL', 'up', 'told so far'],
    ['agent', 'SIGSTOP', 'up', 'told so far'],
    ['server', 'SIGKILL', 'up', 'told so far'],
    ['server', 'SIGSTOP', 'up', 'told so far'],
    ['client', 'SIGKILL', 'down', 'said so far'],
  ] as const)(
    '%s, which measures, %s: what had arrived until then is kept',
    async ([victim, signal, direction, moment], { expect }) => {
      const c = stream(direction)
      const day = await badDay(c, (reached, pids) => {
        if (reached === moment) for (const pid of pids[victim]) process.kill(pid, signal)
      })
      expect(day.report.failure).toMatchObject(EXPECTED[victim][signal])
      const kept = buildRepetition(c, 0, 0, day.report)
      expect(kept.status).toBe('failed')
      expect(kept.bytes).toBeGreaterThan(0)
      expect(kept.durationNs).toBeGreaterThan(0)
      // At the rate that was asked for, as far as it is told.
      const { goodputBitsPerSec = 0 } = kept.throughput ?? {}
      expect(goodputBitsPerSec / 8e6).toBeGreaterThan(0.5)
      expect(goodputBitsPerSec / 8e6).toBeLessThan(2)
      await day.session.close()
      await day.agent.close()
      await gone(day.seen)
    },
  )

  it('a receiver that is stopped is missed although its sender sees nothing of it', async ({
    expect,
  }) => {
    const day = await badDay(stream('up', 'udp'), (reached, pids) => {
      if (reached === 'told so far') for (const pid of pids.server) process.kill(pid, 'SIGSTOP')
    })
    expect(day.report.failure).toMatchObject({
      ...EXPECTED.server.SIGSTOP,
      message: expect.stringMatching(/ at the server, .* no sign of life for 4 s\.$/),
    })
    await day.session.close()
    await day.agent.close()
    await gone(day.seen)
  })
})

describe.concurrent('a bad day', () => {
  it.for(KILLS)('$signal of the $victim at $moment', (kill, { expect }) =>
    expectBadDay(pingPongOver('tcp'), kill, expect),
  )

  // All of them: bad-days.nightly.test.ts.
  it.for(OTHERS)('of a ping-pong over %s', (transport, { expect }) =>
    expectBadDay(
      pingPongOver(transport),
      { victim: 'server', signal: 'SIGKILL', moment: 'measure' },
      expect,
    ),
  )

  it.for(['SIGKILL', 'SIGSTOP'] as const)(
    '%s of the agent before the hello',
    async (signal, { expect }) => {
      const agent = await startLocalAgent({ family: 4 })
      process.kill(agent.pid, signal)
      const session = connectSession(agent)
      await expect(session).rejects.toMatchObject({ exitCode: 4 })
      await agent.close()
      await gone([agent.pid])
    },
  )
})
