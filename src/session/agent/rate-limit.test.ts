import { expect, it } from 'vitest'
import type { WorkloadName } from '../../addon/addon.js'
import type { CaseParameters } from '../../plan/case.js'
import { remoteParameters } from '../endpoint/spec.js'
import { testCase } from '../fixtures/case.js'
import { checkAskedRate, rateLimit } from './rate-limit.js'

const G = 1e9

it.each([
  ['an operator says none, and the link is not known', null, null, null],
  ['… is as fast as the default', null, 400 * G, null],
  ['… is faster', null, 800 * G, 400 * G],
  ['an operator says one', 1e6, null, 1e6],
  ['… that is above the default', 600 * G, 800 * G, 600 * G],
])('where %s: %j, %j', (_where, said, link, held) => {
  expect(rateLimit(said, link)).toBe(held)
})

// 100 µs of 8 Mbit/s are 100 bytes.
const RATE = 8e6

it.each<[WorkloadName, Partial<CaseParameters>, boolean]>([
  ['ping-pong', { messageSizeBytes: 100 }, true],
  ['ping-pong', { messageSizeBytes: 101 }, false],
  ['ping-pong', { messageSizeBytes: 100, streams: 2 }, false],
  ['rr', { messageSizeBytes: 50, responseSizeBytes: 25, inflight: 2 }, true],
  ['rr', { messageSizeBytes: 50, responseSizeBytes: 25, inflight: 3 }, false],
  ['rr', { messageSizeBytes: 1, responseSizeBytes: 101, inflight: 1 }, false],
  ['connect', { messageSizeBytes: 1000 }, true],
  ['stream', { messageSizeBytes: 1000, rateBitsPerSec: RATE }, true],
  ['stream', { messageSizeBytes: 1, rateBitsPerSec: RATE + 1 }, false],
  ['stream', { messageSizeBytes: 1, rateBitsPerSec: 0 }, false],
])('%s, %j, keeps to a rate: %j', (workload, parameters, isAllowed) => {
  const asked = remoteParameters(testCase({ workload }, parameters), 'server')
  const check = () =>
    checkAskedRate({ type: 'prepare', transport: 'tcp', workload, parameters: asked }, RATE)
  if (isAllowed) return check()
  const sentence = workload === 'stream' ? /streams 8M at most/ : /--max-rate of 8M leaves 100B of/
  expect(check).toThrow(
    expect.objectContaining({
      ...{ code: 'XRB_PEER_LIMIT', hint: expect.stringMatching(/--(rate|max-rate)/) },
      message: expect.stringMatching(sentence),
    }),
  )
})
