import { describe, expect, test } from 'vitest'
import { CONFIGURATIONS, selectConfigurations } from './configurations.mjs'
import { expandList } from './place.mjs'
import { orderOf } from './rounds.mjs'
import { judge, ratioSpread, spread } from './statistics.mjs'
import { renderConfiguration } from './table.mjs'

/** @param {[number, number | null][]} pairs */
const roundsOf = (pairs) =>
  pairs.map(([ours, theirs]) => ({
    order: [],
    figures: { xrbench: { p50Ns: ours }, bare: theirs === null ? undefined : { p50Ns: theirs } },
    failures: theirs === null ? { bare: 'it fell over' } : {},
  }))

describe('words', () => {
  test('none choose everything', () => {
    expect(selectConfigurations([])).toEqual(CONFIGURATIONS)
  })

  test('of one kind widen, of several kinds narrow', () => {
    const names = selectConfigurations(['ping-pong', '64', '1k', 'tcp', 'spin']).map((c) => c.name)
    expect(names).toEqual(['tcp ping-pong 64 B spin', 'tcp ping-pong 1 KiB spin'])
  })

  test('unknown and impossible ones are refused', () => {
    expect(() => selectConfigurations(['sctp'])).toThrow("Nothing is called 'sctp'.")
    expect(() => selectConfigurations(['paced', 'tcp'])).toThrow('paced and tcp at once')
  })
})

test('every other round runs backwards', () => {
  const tools = ['a', 'b', 'c']
  expect([0, 1, 2].map((round) => orderOf(tools, round).join(''))).toEqual(['abc', 'cba', 'abc'])
})

test('the kernel lists CPUs as ranges', () => {
  expect(expandList('0-2,5')).toEqual([0, 1, 2, 5])
})

describe('ratios', () => {
  test('are formed within each round before their median is taken', () => {
    expect(
      ratioSpread(
        roundsOf([
          [10, 10],
          [30, 20],
          [8, 10],
        ]),
        'bare',
        'p50Ns',
      ),
    ).toEqual({
      median: 1,
      min: 0.8,
      max: 1.5,
      count: 3,
    })
  })

  test('a round without the peer counts for nothing', () => {
    expect(
      ratioSpread(
        roundsOf([
          [10, null],
          [10, 5],
        ]),
        'bare',
        'p50Ns',
      )?.count,
    ).toBe(1)
    expect(spread([])).toBeNull()
  })

  test('an even number of rounds has its median in between', () => {
    expect(spread([4, 1, 2, 3])?.median).toBe(2.5)
  })
})

describe('aims', () => {
  const aim = { peer: 'bare', metric: 'p50Ns', sense: 'at most', bound: 1.02 }

  test('are held against the median', () => {
    expect(
      judge(
        aim,
        roundsOf([
          [102, 100],
          [200, 100],
          [90, 100],
        ]),
      ).met,
    ).toBe(true)
    expect(judge(aim, roundsOf([[103, 100]])).met).toBe(false)
  })

  test('stay open when nothing was measured', () => {
    expect(judge(aim, roundsOf([[10, null]])).met).toBeNull()
  })
})

test('the table shows medians, ratio, aim, verdict and what failed', () => {
  const [configuration] = selectConfigurations(['tcp', 'ping-pong', '64', 'spin'])
  const table = renderConfiguration(
    configuration,
    roundsOf([
      [10_100, 10_000],
      [10_500, null],
    ]),
  )
  expect(table.split('\n').map((line) => line.trim().replace(/ {2,}/g, ' | '))).toEqual([
    'tcp ping-pong 64 B spin, 2 rounds',
    'p50 | xrbench ÷ it (min–max) | aim | met',
    'xrbench | 10.30 µs',
    'bare | 10.00 µs | 1.010 (1.010–1.010) | ≤ 1.02 | yes',
    'sockperf | – | ≤ 1.00 | unknown',
    'round 2: bare failed: it fell over',
  ])
})
