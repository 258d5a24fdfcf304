import { expect, it } from 'vitest'
import { testCase } from '../fixtures/case.js'
import { withinLimits } from './within-limits.js'

const S = 1e9
const ALLOWED = { durationNs: 10 * S, rateBitsPerSec: 1e6 }

it.each([
  [4, 3, 4, 3],
  [4, 6, 4, 6],
  [4, 60, 4, 6],
  [8, 60, 5, 5],
  [60, 1, 9, 1],
  [60, 60, 5, 5],
  [60, 0, 10, 0],
])('a warm-up of %i s and a phase of %i s are %i s and %i s of 10 s', (warmup, phase, w, p) => {
  const c = testCase({}, { warmupCapNs: warmup * S, durationNs: phase * S })
  const { parameters } = withinLimits(c, ALLOWED)
  expect(parameters).toEqual({ ...c.parameters, warmupCapNs: w * S, durationNs: p * S })
})

it.each([
  [0, 1e6],
  [1e5, 1e5],
  [1e6, 1e6],
  [1e9, 1e6],
])('a stream at %i bit/s is one at %i', (asked, granted) => {
  const c = testCase({ workload: 'stream' }, { rateBitsPerSec: asked })
  expect(withinLimits(c, ALLOWED).parameters.rateBitsPerSec).toBe(granted)
})

it('what is within them stays what it is', () => {
  const c = testCase()
  expect(withinLimits(c, ALLOWED)).toBe(c)
  expect(withinLimits(testCase({ workload: 'stream' }), null).parameters.rateBitsPerSec).toBe(0)
})
