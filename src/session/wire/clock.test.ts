import { describe, expect, it } from 'vitest'
import {
  type ClockOffset,
  compareClocks,
  jumpBetween,
  nowNs,
  readClock,
  skewBetween,
  sleepSoFar,
  sleptBetween,
} from './clock.js'

const SECOND_NS = 1e9

/** A clock of another machine, which is ahead of this one by so much. */
const aheadBy = (ns: number, clockId: string) => async () => ({ nowNs: nowNs() + ns, clockId })

describe('comparing clocks', () => {
  it('is not needed where both ends read the same one', async () => {
    const offset = await compareClocks(async () => readClock())
    expect(offset).toMatchObject({ offsetNs: 0, skewNs: 0 })
  })

  it.each([5 * SECOND_NS, -5 * SECOND_NS])('finds that one is ahead by %d ns', async (ns) => {
    const { offsetNs, skewNs, roundTripNs } = await compareClocks(aheadBy(ns, 'another'))
    expect(Math.abs(offsetNs - ns)).toBeLessThanOrEqual(skewNs)
    expect(skewNs).toBe(roundTripNs / 2)
  })

  it('is needed where two machines were restored from one snapshot', async () => {
    const { offsetNs, skewNs } = await compareClocks(aheadBy(SECOND_NS, readClock().clockId))
    expect(Math.abs(offsetNs - SECOND_NS)).toBeLessThanOrEqual(skewNs)
    expect(skewNs).toBeGreaterThan(0)
  })
})

it('instants named to two ends differ by half a round trip, and by what the clocks have drifted', () => {
  const at = (offsetNs: number, skewNs: number): ClockOffset => ({
    ...{ offsetNs, skewNs, roundTripNs: 2 * skewNs },
  })
  expect(skewBetween(at(0, 0), at(0, 0))).toBe(0)
  expect(skewBetween(at(1000, 50), at(1000, 80))).toBe(80)
  expect(skewBetween(at(1000, 50), at(16_000, 40))).toBe(15_050)
  expect(skewBetween(at(1000, 50), at(-14_000, 40))).toBe(15_050)
})

it('a clock that stood still is told from two that drift apart, and from comparisons that are off', () => {
  const at = (offsetNs: number, skewNs = 50_000): ClockOffset => ({
    ...{ offsetNs, skewNs, roundTripNs: 2 * skewNs },
  })
  // A day of 100 ppm.
  expect(jumpBetween(at(0), at(8.6e9), 86_400e9)).toBe(0)
  expect(jumpBetween(at(5e9), at(5e9 + 100_000), 10e9)).toBe(0)
  for (const sign of [1, -1]) {
    const jump = jumpBetween(at(0), at(sign * 2e9), 10e9)
    expect(jump).toBeGreaterThan(1.9e9)
    expect(jump).toBeLessThan(2e9)
  }
})

it('a machine that is awake has not slept, however long the looks took', () => {
  const before = sleepSoFar()
  expect(sleptBetween(before, sleepSoFar())).toBe(0)
  const late = { ns: before.ns + 3e9, unsureNs: 3.1e9 }
  expect(sleptBetween(before, late)).toBe(0)
  const slept = { ns: before.ns + 3e9, unsureNs: 10e6 }
  expect(sleptBetween(before, slept)).toBeGreaterThan(2.9e9 - before.unsureNs)
})
