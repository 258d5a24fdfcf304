import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunOutcome } from '../addon/addon.js'
import { type LocalAgent, startLocalAgent } from '../place/local.js'
import { connectSession, type Session } from './client/client.js'
import type { Progress } from './endpoint/messages.js'
import { testAgent } from './fixtures/agent.js'
import { testCase } from './fixtures/case.js'
import { endpointsOf, gone } from './fixtures/processes.js'

function messages(outcome: RunOutcome | null, role: string): number {
  const links = outcome?.links.filter((link) => link.role === role) ?? []
  return links.reduce((sum, link) => sum + (link.marks.at(-1)?.messages ?? 0), 0)
}

describe.each([4, 6] as const)('a session over IPv%i', (family) => {
  let agent: LocalAgent
  let session: Session
  beforeAll(async () => {
    agent = await startLocalAgent({ family })
    session = await connectSession(agent)
  })
  afterAll(async () => {
    await session.close()
    await agent.close()
  })

  it('tells what the agent is', () => {
    expect(session.facts).toMatchObject({
      tool: { name: 'xrbench' },
      protocol: 2,
      transports: expect.arrayContaining(['tcp', 'udp']),
      environment: { network: { address: agent.host } },
    })
    expect(session.localAddress).toBe(agent.host)
  })

  it.each(['tcp', 'udp'] as const)('measures a ping-pong over %s', async (transport) => {
    const report = await session.runRepetition(testCase({ transport }))
    expect(report).toMatchObject({ status: 'completed', failure: null })
    const { client, server } = report
    expect(client.outcome?.effective.localAddress).toBe(agent.host)
    expect(messages(client.outcome, 'initiator')).toBeGreaterThan(0)
    // Both ends were cut at the same instant: what lay between is the round trip under way, and what shared one reading of the clock.
    const apart = messages(server.outcome, 'responder') - messages(client.outcome, 'initiator')
    expect(Math.abs(apart)).toBeLessThanOrEqual(65)
    expect(report.window).toEqual({ skewNs: 0 })
    const windows = [client, server].map(({ outcome }) => outcome?.links[0]?.marks.at(-1)?.timeNs)
    for (const end of windows) expect(Math.abs((end ?? 0) - 200e6)).toBeLessThan(100e3)
    expect(client.build).toEqual(server.build)
    expect(Math.min(client.processCpuNs, server.processCpuNs)).toBeGreaterThan(0)
    expect(report.totalNs).toBeGreaterThan(200e6)
  })

  it.each([
    ['tcp', 'up', 1],
    ['tcp', 'down', 3],
    ['tcp', 'both', 2],
    ['udp', 'up', 3],
    ['udp', 'down', 1],
    ['udp', 'both', 1],
  ] as const)('measures a stream over %s, %s, %i', async (transport, direction, streams) => {
    const size = { messageSizeBytes: 1400, durationNs: 150e6 }
    const c = testCase({ transport, workload: 'stream' }, { direction, streams, ...size })
    const { status, failure, client, server } = await session.runRepetition(c)
    expect({ status, failure }).toEqual({ status: 'completed', failure: null })
    const received = {
      up: messages(server.outcome, 'receiver'),
      down: messages(client.outcome, 'receiver'),
    }
    // One window for all links of both ends: every series begins at its start and has the same instants.
    const links = [...(client.outcome?.links ?? []), ...(server.outcome?.links ?? [])]
    const times = links.map(({ marks }) => marks.map(({ timeNs }) => Math.round(timeNs / 1e5)))
    expect(times.length).toBe(streams * (direction === 'both' ? 4 : 2))
    for (const series of times) expect(series).toEqual([0, 500, 1000, 1500])
    expect(received.up > 0).toBe(direction !== 'down')
    expect(received.down > 0).toBe(direction !== 'up')
  })

  it('counts iterations', async () => {
    const c = testCase({}, { durationNs: 0, iterations: 500, warmupCapNs: 0 })
    const { client } = await session.runRepetition(c)
    expect(client.outcome?.links[0]?.latency?.count).toBe(500)
  })

  it('uses a fresh process each time, and leaves none but the next', async () => {
    const seen: number[] = []
    for (let i = 0; i < 3; i++) {
      await session.runRepetition(testCase({}, { durationNs: 20e6, warmupCapNs: 0 }))
      const [next, ...others] = endpointsOf(process.pid)
      expect(others).toEqual([])
      expect(seen).not.toContain(next)
      seen.push(next as number)
    }
  })

  it('leaves none at either end after the last one, and measures another all the same', async () => {
    const brief = testCase({}, { durationNs: 20e6, warmupCapNs: 0 })
    await session.runRepetition(brief, { isLast: true })
    // The agent tells how it went before its process has ended.
    await gone(endpointsOf(agent.pid))
    expect([endpointsOf(process.pid), endpointsOf(agent.pid)]).toEqual([[], []])
    expect(await session.runRepetition(brief)).toMatchObject({ status: 'completed' })
  })

  it('pins where it is told to, at both ends', async () => {
    const c = testCase({}, { pin: { client: [0], server: [0] } })
    const { client, server } = await session.runRepetition(c)
    expect([client.cpus, server.cpus]).toEqual([[0], [0]])
    expect(client.outcome?.links[0]?.pinnedCpu).toBe(0)
    const none = await session.runRepetition(testCase({}, { pin: 'none' }))
    expect(none.client.outcome?.links[0]?.pinnedCpu).toBeNull()
  })

  it('refuses a CPU that is not there', async () => {
    const c = testCase({}, { pin: { client: [4000], server: [0] } })
    await expect(session.runRepetition(c)).rejects.toMatchObject({ code: 'XRB_PIN', exitCode: 2 })
  })

  it('tells progress to whom it may concern', async () => {
    const heard: Progress[] = []
    const c = testCase({}, { durationNs: 1.2e9 })
    await session.runRepetition(c, { onProgress: (progress) => heard.push(progress) })
    expect(heard.map(({ phase }) => phase)).toContain('measure')
    const counts = heard.map((progress) => progress.messages)
    expect(counts).toEqual([...counts].sort((a, b) => a - b))
  })

  it('keeps what an aborted repetition has measured, and goes on', async () => {
    const abort = new AbortController()
    const c = testCase({}, { durationNs: 60e9 })
    const report = await session.runRepetition(c, {
      signal: abort.signal,
      onProgress: ({ phase }) => phase === 'measure' && abort.abort(),
    })
    expect(report).toMatchObject({ status: 'aborted', failure: null })
    expect(report.client.outcome?.status).not.toBe('completed')
    expect(report.client.outcome?.links[0]?.latency?.count).toBeGreaterThan(0)
    expect(report.server.outcome).not.toBeNull()
    expect(await session.runRepetition(testCase())).toMatchObject({ status: 'completed' })
  })

  it('can be aborted before it begins', async () => {
    const report = await session.runRepetition(testCase(), { signal: AbortSignal.abort() })
    expect(report).toMatchObject({ status: 'aborted', client: { outcome: null } })
    expect(await session.runRepetition(testCase())).toMatchObject({ status: 'completed' })
  })
})

describe('what an operator does not allow', () => {
  it.each([
    ['CPUs of the agent', { pin: { client: [0], server: [0] } }, 'XRB_PEER_LIMIT'],
    ['too long a run', { durationNs: 61e9 }, 'XRB_PEER_LIMIT'],
    ['too much memory', { messageSizeBytes: 1 << 26, streams: 17 }, 'XRB_PEER_LIMIT'],
  ] as const)('is refused: %s; the session goes on', async (_what, parameters, code) => {
    const agent = await testAgent()
    const session = await connectSession(agent)
    const workload = 'streams' in parameters ? 'stream' : 'ping-pong'
    const report = await session.runRepetition(testCase({ workload }, parameters))
    expect(report).toMatchObject({ status: 'failed', failure: { code, exitCode: 4 } })
    expect(report.failure?.hint).not.toBeNull()
    expect(await session.runRepetition(testCase())).toMatchObject({ status: 'completed' })
    await session.close()
    await agent.close()
  })
})

it('closing the agent ends its sessions and their processes', async () => {
  const agent = await testAgent()
  const session = await connectSession(agent)
  const running = session.runRepetition(testCase({}, { durationNs: 30e9 }), {
    onProgress: ({ phase }) => {
      if (phase === 'measure') void agent.close()
    },
  })
  expect(await running).toMatchObject({ status: 'failed', failure: { code: 'XRB_PEER_ENDED' } })
  await session.close()
  await agent.close()
  await gone(endpointsOf(process.pid))
})
