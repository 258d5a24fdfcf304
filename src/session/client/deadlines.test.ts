import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CaseParameters } from '../../plan/case.js'
import { EndpointSource } from '../endpoint/source.js'
import { testCase } from '../fixtures/case.js'
import { withoutProcesses } from '../fixtures/idle-endpoint.js'
import { passing, scriptedAgent, stopTimers } from '../fixtures/scripted-agent.js'
import type { AgentMessage } from '../wire/agent-messages.js'
import type { ClientMessage } from '../wire/client-messages.js'
import {
  ANSWER_MS,
  LINE_SILENCE_MS,
  REPORT_DEADLINE_MS,
  WATCHDOG_MARGIN_MS,
} from '../wire/protocol.js'
import { runRepetition } from './repetition.js'
import { DEFAULT_MAX_WAIT_MS, takeTurn } from './turn.js'

/** An agent that is there, with its heartbeats, and says nothing more, to a client that nobody looks after. */

withoutProcesses()
beforeEach(stopTimers)
afterEach(() => {
  vi.useRealTimers()
})

const CONNECT_MS = 2_000
const limits = { durationNs: 60e9, rateBitsPerSec: null }

function inOrder(message: ClientMessage): AgentMessage[] {
  switch (message.type) {
    case 'prepare':
      return [{ type: 'prepared', blob: 'AAAAAAAAAAA=' }]
    case 'connect':
      return [{ type: 'connected' }]
    case 'start':
      return [{ type: 'started' }]
    case 'clock':
      return [{ type: 'clock', nowNs: 1e15, clockId: 'another' }]
    case 'schedule':
      return [{ type: 'scheduled', version: message.version, isAhead: true }]
    default:
      return []
  }
}

/** One that goes quiet for good when it is told `last`. */
function quietFrom(last: ClientMessage['type']) {
  let isQuiet = false
  return scriptedAgent((message) => {
    isQuiet ||= message.type === last
    return isQuiet ? [] : inOrder(message)
  })
}

function repetition(
  channel: ReturnType<typeof scriptedAgent>,
  workload: 'ping-pong' | 'stream',
  parameters: Partial<CaseParameters>,
) {
  const at = { localAddress: '127.0.0.1', remoteAddress: '127.0.0.1' }
  const ways = { isGuarded: true, tellsSoFar: true, knowsLast: true }
  const room = { channel, source: new EndpointSource(), ...at, ...ways }
  const c = testCase({ workload }, { connectTimeoutNs: CONNECT_MS * 1e6, ...parameters })
  return passing(runRepetition(room, c, {}))
}

describe('a repetition whose length only iterations decide ends with an agent that', () => {
  it.each([
    ['prepare', CONNECT_MS + WATCHDOG_MARGIN_MS],
    ['connect', CONNECT_MS + WATCHDOG_MARGIN_MS],
    ['clock', ANSWER_MS],
    ['start', CONNECT_MS + WATCHDOG_MARGIN_MS],
    ['schedule', ANSWER_MS],
  ] as const)("is quiet from '%s' on", async (last, limitMs) => {
    const iterations = { durationNs: 0, iterations: 500, warmupCapNs: 0 }
    const { value, ms } = await repetition(quietFrom(last), 'ping-pong', iterations)
    expect(value).toMatchObject({
      status: 'failed',
      failure: { code: 'XRB_PEER_SILENT', exitCode: 4, hint: expect.any(String) },
    })
    expect(ms).toBeLessThanOrEqual(limitMs + REPORT_DEADLINE_MS + 1_000)
  })
})

describe('iterations of a stream, which the agent counts, end with an agent that', () => {
  const iterations = { durationNs: 0, iterations: 500, warmupCapNs: 0, idleTimeoutNs: 1e9 }
  const pauseMs = 1_000 + WATCHDOG_MARGIN_MS

  it('tells of nothing that arrived', async () => {
    const { value, ms } = await repetition(quietFrom('finish'), 'stream', iterations)
    expect(value).toMatchObject({ status: 'failed', failure: { code: 'XRB_PEER_SILENT' } })
    expect(ms).toBeLessThanOrEqual(pauseMs + REPORT_DEADLINE_MS + 1_000)
  })

  it('tells no longer that more arrives, and not before', async () => {
    const growsMs = 20 * pauseMs
    const agent = scriptedAgent((message, channel) => {
      if (message.type !== 'schedule') return inOrder(message)
      const soFar = { type: 'so-far', durationNs: 1, bytes: 1, lost: 0 } as const
      let messages = 0
      const talk = setInterval(() => channel.send({ ...soFar, messages: ++messages }), pauseMs / 3)
      setTimeout(() => clearInterval(talk), growsMs)
      return inOrder(message)
    })
    const { value, ms } = await repetition(agent, 'stream', iterations)
    expect(value).toMatchObject({ status: 'failed', failure: { code: 'XRB_PEER_SILENT' } })
    expect(ms).toBeGreaterThan(growsMs)
    expect(ms).toBeLessThanOrEqual(growsMs + 2 * pauseMs + REPORT_DEADLINE_MS + 1_000)
  })
})

it('a repetition of a known length ends where the agent never says that it is through', async () => {
  const known = { warmupCapNs: 0, durationNs: 300e6 }
  const { value, ms } = await repetition(quietFrom('finish'), 'stream', known)
  const limitMs = CONNECT_MS + 300 + WATCHDOG_MARGIN_MS
  expect(value).toMatchObject({
    status: 'failed',
    failure: { code: 'XRB_WATCHDOG', exitCode: 5, hint: expect.any(String) },
  })
  expect(ms).toBeGreaterThanOrEqual(limitMs)
  expect(ms).toBeLessThanOrEqual(limitMs + REPORT_DEADLINE_MS + 1_000)
})

describe('in line', () => {
  const waiting: AgentMessage = { type: 'waiting', place: 1, aboutMs: null }

  it('an agent that never says a word of it is given up', async () => {
    for (const first of [[], [waiting]]) {
      const turn = takeTurn(
        scriptedAgent(() => first),
        { planMs: null },
      )
      const { value, ms } = await passing(turn.catch((error: unknown) => error))
      expect(value).toMatchObject({ code: 'XRB_PEER_SILENT', exitCode: 4 })
      expect(ms).toBeLessThanOrEqual(LINE_SILENCE_MS + 1_000)
    }
  })

  it('one that keeps saying where this client stands is waited for', async () => {
    const channel = scriptedAgent((_, agent) => {
      const talk = setInterval(() => agent.send(waiting), LINE_SILENCE_MS / 3)
      setTimeout(() => {
        clearInterval(talk)
        agent.send({ type: 'turn', limits })
      }, 5 * LINE_SILENCE_MS)
      return []
    })
    const { value, ms } = await passing(takeTurn(channel, { planMs: null }))
    expect(value).toMatchObject({ limits })
    expect(ms).toBeGreaterThanOrEqual(5 * LINE_SILENCE_MS)
    channel.close()
  })

  it.each([undefined, 5 * LINE_SILENCE_MS])(
    'one that says so for ever is waited for no longer than a client may: %s',
    async (maxWaitMs) => {
      const channel = scriptedAgent((_, agent) => {
        setInterval(() => agent.send({ ...waiting, place: 3 }), LINE_SILENCE_MS / 3)
        return []
      })
      const turn = takeTurn(channel, { planMs: null, maxWaitMs })
      const { value, ms } = await passing(turn.catch((error: unknown) => error))
      expect(value).toMatchObject({
        ...{ code: 'XRB_PEER_BUSY', exitCode: 4, hint: expect.stringMatching(/--max-wait/) },
        message: expect.stringMatching(/has not come within \d+ s: it has place 3 in line\.$/),
      })
      const limitMs = maxWaitMs ?? DEFAULT_MAX_WAIT_MS
      expect(ms).toBeGreaterThanOrEqual(limitMs)
      expect(ms).toBeLessThanOrEqual(limitMs + 1_000)
      channel.close()
    },
  )
})
