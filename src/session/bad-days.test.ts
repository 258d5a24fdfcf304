import { describe, it } from 'vitest'
import { startLocalAgent } from '../place/local.js'
import { connectSession } from './client/client.js'
import { badDay, MOMENTS, type Victim, watchMoments } from './fixtures/bad-day.js'
import { testCase } from './fixtures/case.js'
import { gone } from './fixtures/processes.js'

/**
 * Somebody is killed, or stopped, at each moment of a repetition. Agent, endpoints and sockets are real; the moments are found by
 * watching what this client's end does, which goes on unchanged.
 */

watchMoments()

interface Expected {
  code: string
  exitCode: number
}

const EXPECTED: Record<Victim, Record<'SIGKILL' | 'SIGSTOP', Expected>> = {
  agent: {
    SIGKILL: { code: 'XRB_PEER_LOST', exitCode: 4 },
    SIGSTOP: { code: 'XRB_PEER_SILENT', exitCode: 4 },
  },
  server: {
    SIGKILL: { code: 'XRB_PEER_LOST', exitCode: 4 },
    SIGSTOP: { code: 'XRB_PEER_SILENT', exitCode: 4 },
  },
  client: {
    SIGKILL: { code: 'XRB_ENDPOINT_LOST', exitCode: 5 },
    SIGSTOP: { code: 'XRB_ENDPOINT_SILENT', exitCode: 5 },
  },
}

const scenarios = (['agent', 'server', 'client'] as const).flatMap((victim) =>
  (['SIGKILL', 'SIGSTOP'] as const).flatMap((signal) =>
    MOMENTS.map((moment) => ({ victim, signal, moment })),
  ),
)

/** A ping-pong that takes 1.5 s. */
const c = testCase({}, { warmupCapNs: 500e6, durationNs: 1e9 })

describe.concurrent('a bad day', () => {
  it.for(scenarios)('$signal of the $victim at $moment', async (day, { expect }) => {
    let signalled = 0
    const { agent, session, report, seen } = await badDay(c, (moment, pids) => {
      if (moment !== day.moment) return
      for (const pid of pids[day.victim]) process.kill(pid, day.signal)
      signalled += pids[day.victim].length
    })
    expect(signalled).toBeGreaterThan(0)
    // Our own end may have told everything just before the signal got to it: then nothing is missing.
    const toldAll = day.victim === 'client' && day.moment === 'finish' && report.client.outcome
    expect(report.status).toBe(toldAll ? 'completed' : 'failed')
    if (!toldAll) expect(report.failure).toMatchObject(EXPECTED[day.victim][day.signal])
    const kept = day.victim === 'client' ? report.server.outcome : report.client.outcome
    if (day.moment === 'measure' || day.moment === 'finish') {
      const end = kept?.links[0]?.marks.at(-1)
      expect(end?.messages).toBeGreaterThan(0)
    }
    if (day.victim === 'agent') {
      await expect(session.runRepetition(testCase())).rejects.toMatchObject({ exitCode: 4 })
    } else {
      expect(await session.runRepetition(testCase())).toMatchObject({ status: 'completed' })
    }
    await session.close()
    await agent.close()
    await gone(seen)
  })

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
