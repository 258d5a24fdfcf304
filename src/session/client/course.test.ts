import { setImmediate } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import type { EndpointSpec } from '../../addon/addon.js'
import { deferred } from '../../deferred.js'
import type { EndpointProcess } from '../endpoint/process.js'
import { type ClockReading, nowNs } from '../wire/clock.js'
import type { AgentReplies, ClientChannel } from './agent-replies.js'
import { conduct } from './course.js'
import type { Interruption } from './interruption.js'

const clock = vi.hoisted(() => ({ aheadNs: 0 }))
vi.mock('../wire/clock.js', async (original) => {
  const real = await original<typeof import('../wire/clock.js')>()
  return { ...real, nowNs: () => real.nowNs() + clock.aheadNs }
})

/** Ends that are through with each step at once; the clock is another machine's. */
function promptEnds() {
  const asked: ReturnType<typeof deferred<ClockReading>>[] = []
  const at = { held: false }
  const endpoint: Partial<EndpointProcess> = {
    open: async () => new Uint8Array(1),
    connect: async () => {},
    run: async () => {},
    schedule: async () => true,
    measured: async () => {
      at.held = true
    },
    ended: new Promise(() => {}),
  }
  const replies: Partial<AgentReplies> = {
    prepared: Promise.resolve('AA=='),
    connected: Promise.resolve(),
    started: Promise.resolve(),
    schedule: async () => true,
    measured: async () => {},
    ended: new Promise(() => {}),
    clock: () => {
      const reading = deferred<ClockReading>()
      asked.push(reading)
      if (!at.held) reading.resolve({ nowNs: nowNs(), clockId: 'another' })
      return reading.promise
    },
  }
  const channel: Partial<ClientChannel> = { send: () => {} }
  const ends = { channel, endpoint, replies, heard: { onSample: () => {}, soFar: {} } } as never
  return { ends, asked }
}

test('after a repetition is over the agent is asked nothing more', async () => {
  const { ends, asked } = promptEnds()
  const interrupted = deferred<Interruption>()
  const spec = { workload: 'ping-pong', direction: 'up', warmupCapNs: 0, connectTimeoutNs: 1e9 }
  const course = { warmup: null, window: null }
  const result = conduct(ends, spec as EndpointSpec, interrupted.promise, undefined, course)
  // The last comparison, behind the window: its first question has no answer yet.
  while (course.window === null) await setImmediate()
  await setImmediate()
  const before = asked.length
  interrupted.resolve({ kind: 'aborted' })
  expect(await result).toEqual({ kind: 'aborted' })
  asked.at(-1)?.resolve({ nowNs: nowNs(), clockId: 'another' })
  await setImmediate()
  await setImmediate()
  expect(asked).toHaveLength(before)
})

test('a window that came too late is named anew so far ahead as that takes', async () => {
  const { ends, asked } = promptEnds()
  const hopNs = 3e9
  const leads: number[] = []
  const { endpoint } = ends as { endpoint: Partial<EndpointProcess> }
  endpoint.schedule = async (_version, startNs) => {
    leads.push(startNs - nowNs())
    // It waits for a CPU, and so does its answer.
    clock.aheadNs += hopNs
    const isAhead = startNs > nowNs()
    clock.aheadNs += hopNs
    return isAhead
  }
  const spec = { workload: 'ping-pong', direction: 'up', warmupCapNs: 0, connectTimeoutNs: 1e9 }
  const course = { warmup: null, window: null }
  const result = conduct(ends, spec as EndpointSpec, new Promise(() => {}), undefined, course)
  while (course.window === null) await setImmediate()
  asked.at(-1)?.resolve({ nowNs: nowNs(), clockId: 'another' })
  expect(leads).toHaveLength(2)
  expect(leads[0]).toBeLessThan(hopNs)
  expect(leads[1]).toBeGreaterThan(hopNs)
  for (;;) {
    const next = await Promise.race([result, setImmediate('pending')])
    if (next !== 'pending') break
    asked.at(-1)?.resolve({ nowNs: nowNs(), clockId: 'another' })
  }
})
