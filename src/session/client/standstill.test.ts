import { hrtime } from 'node:process'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { noReport } from '../endpoint/end-report.js'
import { EndpointSource } from '../endpoint/source.js'
import { testCase } from '../fixtures/case.js'
import { withoutProcesses } from '../fixtures/idle-endpoint.js'
import { passing, scriptedAgent, stopTimers } from '../fixtures/scripted-agent.js'
import type { AgentMessage } from '../wire/agent-messages.js'
import type { ClientMessage } from '../wire/client-messages.js'
import { runRepetition } from './repetition.js'

/** A machine that is suspended in the middle of a repetition: its clocks tell, at the agent's end and at this one. */

const slept = vi.hoisted(() => ({ seconds: 0 }))
vi.mock('node:os', async (original) => {
  const real = await original<typeof import('node:os')>()
  // Time since boot goes on while a machine sleeps, and CLOCK_MONOTONIC does not.
  return { ...real, uptime: () => real.uptime() + slept.seconds }
})

withoutProcesses()
beforeEach(stopTimers)
afterEach(() => {
  vi.useRealTimers()
})

/** All goes well, but for what happens when the measured phase has been named. */
function agentThat(atWindow: () => void) {
  const clock = { behindNs: 0 }
  const answer = (message: ClientMessage): AgentMessage[] => {
    switch (message.type) {
      case 'prepare':
        return [{ type: 'prepared', blob: 'AAAAAAAAAAA=' }]
      case 'connect':
        return [{ type: 'connected' }]
      case 'start':
        return [{ type: 'started' }]
      case 'clock': {
        const nowNs = 1e15 + Number(hrtime.bigint()) - clock.behindNs
        return [{ type: 'clock', nowNs, clockId: 'another' }]
      }
      case 'schedule':
        atWindow()
        return [{ type: 'scheduled', version: message.version, isAhead: true }]
      case 'finish':
        return [{ type: 'finished', report: noReport() }]
      default:
        return []
    }
  }
  return { channel: scriptedAgent(answer), clock }
}

async function standstillOf({ channel }: ReturnType<typeof agentThat>): Promise<number> {
  const at = { localAddress: '127.0.0.1', remoteAddress: '127.0.0.1' }
  const ways = { isGuarded: true, tellsSoFar: true, knowsLast: true }
  const room = { channel, source: new EndpointSource(), ...at, ...ways }
  const { value } = await passing(runRepetition(room, testCase({}, { warmupCapNs: 0 }), {}))
  expect(value.window).not.toBeNull()
  return value.standstillNs ?? Number.NaN
}

const HOUR_NS = 3600e9

it.each([
  ['stood still', HOUR_NS],
  ['was set ahead', -HOUR_NS],
])('a clock of the agent that %s is in the report', async (_what, behindNs) => {
  const agent = agentThat(() => {
    agent.clock.behindNs = behindNs
  })
  // But for what the two comparisons may be off.
  const standstillNs = await standstillOf(agent)
  expect(standstillNs / HOUR_NS).toBeGreaterThan(0.99)
  expect(standstillNs / HOUR_NS).toBeLessThan(1.01)
})

it('a sleep of this machine is', async () => {
  const agent = agentThat(() => {
    slept.seconds = 3600
  })
  const standstillNs = await standstillOf(agent)
  slept.seconds = 0
  expect(standstillNs / HOUR_NS).toBeGreaterThan(0.99)
  expect(standstillNs / HOUR_NS).toBeLessThan(1.01)
})

it('of two machines that go on there is nothing to tell', async () => {
  expect(await standstillOf(agentThat(() => {}))).toBeLessThan(1e9)
})
