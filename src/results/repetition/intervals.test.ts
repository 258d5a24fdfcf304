import { describe, expect, it } from 'vitest'
import type { Mark } from '../../addon/addon.js'
import { intervalsOf } from './intervals.js'
import type { MeasuredLink } from './measured-links.js'

/** A connection that brought 1,000 bytes a second, with a mark so often. */
function link(seconds: number, everySeconds: number): MeasuredLink {
  const marks = Array.from({ length: Math.floor(seconds / everySeconds) + 1 }, (_, i) => ({
    timeNs: i * everySeconds * 1e9,
    messages: i * everySeconds,
    bytes: i * everySeconds * 1000,
  }))
  const decider = { marks: marks as Mark[], intervalLatencies: [] }
  return { decider } as unknown as MeasuredLink
}

const rates = (links: MeasuredLink[]) =>
  intervalsOf(links).map(({ startNs, durationNs, bytes }) => [
    startNs / 1e9,
    durationNs / 1e9,
    (bytes / durationNs) * 1e9,
  ])

describe('the series of connections whose intervals have grown apart', () => {
  it('is as long as the longest in time, and has no more than they brought together', () => {
    // The one that took longer has had too many intervals, and has them of twice the length.
    expect(rates([link(4, 1), link(8, 2)])).toEqual([
      [0, 2, 2000],
      [2, 2, 2000],
      [4, 2, 1000],
      [6, 2, 1000],
    ])
  })

  it('keeps the sums where one ends within an interval of the others', () => {
    const all = intervalsOf([link(3, 1), link(8, 4)])
    expect(all.map(({ bytes }) => bytes)).toEqual([4000 + 3000, 4000])
  })
})

it('is that of each where they are alike', () => {
  expect(rates([link(2, 1), link(2, 1)])).toEqual([
    [0, 1, 2000],
    [1, 1, 2000],
  ])
})
