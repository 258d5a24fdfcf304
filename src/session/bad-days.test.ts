import { AsyncLocalStorage } from 'node:async_hooks'
import { afterAll, beforeAll, describe, it, vi } from 'vitest'
import { startLocalAgent } from '../place/local.js'
import type { CaseParameters } from '../plan/case.js'
import { Channel } from './channel.js'
import { connectSession } from './client.js'
import { EndpointProcess } from './endpoint-process.js'
import { EndpointSource } from './endpoint-source.js'
import { testCase } from './fixtures/case.js'
import { endpointsOf, gone } from './fixtures/processes.js'

/**
 * Somebody is killed, or stopped, at each moment of a repetition. Agent, endpoints and sockets are real; the moments are found by
 * watching what this client's end does, which goes on unchanged.
 */

const MOMENTS = ['prepare', 'connect', 'start', 'warm-up', 'measure', 'finish'] as const
type Moment = (typeof MOMENTS)[number]
type Victim = 'agent' | 'server' | 'client'

/** One scenario, among others that run at the same time. */
interface Scene {
  endpoint: number
  reached(moment: string): void
}
const scene = new AsyncLocalStorage<Scene>()

beforeAll(() => {
  const { send } = Channel.prototype
  vi.spyOn(Channel.prototype, 'send').mockImplementation(function (this: Channel<never, never>, m) {
    scene.getStore()?.reached((m as { type: string }).type)
    send.call(this, m)
  })
  const { take } = EndpointSource.prototype
  vi.spyOn(EndpointSource.prototype, 'take').mockImplementation(function (this: EndpointSource) {
    const taken = take.call(this)
    const current = scene.getStore()
    if (current !== undefined) current.endpoint = taken.pid ?? 0
    return taken
  })
  const { run } = EndpointProcess.prototype
  vi.spyOn(EndpointProcess.prototype, 'run').mockImplementation(async function (
    this: EndpointProcess,
    ...options
  ) {
    await run.apply(this, options)
    scene.getStore()?.reached('warm-up')
  })
})
afterAll(() => {
  vi.restoreAllMocks()
})

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

/** A ping-pong that takes 1.5 s, in which one of those involved gets a signal at one moment. */
async function badDay(
  victim: Victim,
  signal: 'SIGKILL' | 'SIGSTOP',
  fatal: Moment,
  parameters: Partial<CaseParameters> = {},
) {
  const agent = await startLocalAgent({ family: 4 })
  const session = await connectSession(agent)
  const seen = new Set([agent.pid])
  const here: Scene = {
    endpoint: 0,
    reached: (moment) => {
      const pids = { agent: [agent.pid], server: endpointsOf(agent.pid), client: [here.endpoint] }
      for (const pid of [...pids.client, ...pids.server]) seen.add(pid)
      if (moment === fatal) for (const pid of pids[victim]) process.kill(pid, signal)
    },
  }
  const c = testCase({}, { warmupCapNs: 500e6, durationNs: 1e9, ...parameters })
  const onProgress = ({ phase }: { phase: string }) => here.reached(phase)
  const report = await scene.run(here, () => session.runRepetition(c, { onProgress }))
  return { agent, session, report, seen: [...seen].filter((pid) => pid > 0) }
}

describe.concurrent('a bad day', () => {
  it.for(scenarios)('$signal of the $victim at $moment', async (day, { expect }) => {
    const { agent, session, report, seen } = await badDay(day.victim, day.signal, day.moment)
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
