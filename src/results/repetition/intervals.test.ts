import { describe, expect, it } from 'vitest'
import type { Mark } from '../../addon/addon.js'
import { intervalRates, intervalsOf } from './intervals.js'
import type { MeasuredLink } from './measured-links.js'

/** A connection that brought 1,000 bytes a second, with a mark so often. */
function link(seconds: number, everySeconds: number): MeasuredLink {
  const marks = Array.from({ length: Math.floor(seconds / everySeconds) + 1 }, (_, i) => ({
    timeNs: i * everySeconds * 1e9,
    messages: i * everySeconds,
    bytes: i * everySeconds * 1000,
    lost: i * everySeconds * 3,
  }))
  const decider = { marks: marks as Mark[], intervalLatencies: [] }
  return { decider } as unknown as MeasuredLink
}

const rates = (links: MeasuredLink[]) =>
  intervalsOf(links, false).map(({ startNs, durationNs, bytes }) => [
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
    const all = intervalsOf([link(3, 1), link(8, 4)], false)
    expect(all.map(({ bytes }) => bytes)).toEqual([4000 + 3000, 4000])
  })
})

it('is that of each where they are alike', () => {
  expect(rates([link(2, 1), link(2, 1)])).toEqual([
    [0, 1, 2000],
    [1, 1, 2000],
  ])
})

describe('what was lost', () => {
  const lost = (links: MeasuredLink[]) => intervalsOf(links, true).map((interval) => interval.lost)

  it('stands at the interval, all connections added, and wherever intervals have grown', () => {
    expect(lost([link(2, 1)])).toEqual([3, 3])
    expect(lost([link(4, 1), link(8, 2)])).toEqual([12, 12, 6, 6])
  })

  it('is not taken back of an interval before', () => {
    const closing = link(3, 1)
    for (const [i, mark] of closing.decider.marks.entries()) mark.lost = [0, 5, 2, 4][i] ?? 0
    expect(lost([closing])).toEqual([5, 0, 2])
  })

  it('is not told of what loses nothing', () => {
    for (const interval of intervalsOf([link(2, 1)], false))
      expect(interval).not.toHaveProperty('lost')
  })
})

it('has a rate in each whole interval: of bytes, or of messages where there are none', () => {
  const [whole, rest] = [
    { durationNs: 1e9, messages: 10, bytes: 5_000 },
    { durationNs: 0.4e9, messages: 1, bytes: 4_000 },
  ]
  expect(intervalRates([whole, whole, rest])).toEqual([5_000, 5_000])
  expect(intervalRates([{ ...whole, bytes: 0 }])).toEqual([10])
})
