import { describe, expect, test } from 'vitest'
import { documentOf, mixedCases } from '../fixtures/documents.js'
import { caseOf, pingPongReport } from '../fixtures/reports.js'
import type { Latency, ResultDocument } from '../schema/schema.js'
import { contradictionsOf } from './check.js'

const doc = documentOf(mixedCases(), 2)
const KEY = 'tcp/ping-pong/64B/block'
const udp = caseOf('udp', 'ping-pong')

function changed(change: (latency: Latency, doc: ResultDocument) => void): string[] {
  const copy = structuredClone(doc)
  const latency = copy.cases[0]?.repetitions[1]?.latency
  if (!latency) throw new Error('the fixture has no latency')
  change(latency, copy)
  return contradictionsOf(copy)
}

describe('a result', () => {
  test('as it was written does not contradict itself', () => {
    expect(contradictionsOf(doc)).toEqual([])
  })

  test('is found out where a percentile was edited', () => {
    const found = changed(({ percentiles }) => Object.assign(percentiles, { p99: 1000 }))
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(
      /^tcp\/ping-pong\/64B\/block, repetition 1: p99 is said to be 1000 ns, its histogram has \d+ ns$/,
    )
  })

  test('is found out where the count disagrees', () => {
    expect(changed((latency) => Object.assign(latency, { count: 3 }))).toEqual([
      `${KEY}, repetition 1: its histogram holds 40000 samples, the count says 3`,
    ])
  })

  test.each([
    ['HISTFAAAA', /a histogram cannot be read: it is/],
    ['', /it is not HDR V2 compressed/],
    ['<script>alert(1)</script>', /a histogram cannot be read/],
  ])('is found out where the histogram is %s', (histogram, says) => {
    expect(changed((latency) => Object.assign(latency, { histogram })).join()).toMatch(says)
  })

  test('is found out where an interval does not decode', () => {
    const found = changed((_, { cases }) => {
      const interval = cases[0]?.repetitions[0]?.intervals[1]
      if (interval?.latency) interval.latency.histogram = 'nothing'
    })
    expect(found.join()).toMatch(
      /^tcp\/ping-pong\/64B\/block, repetition 0, interval 1: a histogram/,
    )
  })

  test('is found out where what was timed besides the latency does not hold', () => {
    const found = changed((latency, { cases }) => {
      const { spans: _, ...named } = latency
      Object.assign(cases[0]?.repetitions[1] ?? {}, {
        histograms: { service: named, lag: { ...named, count: 3 } },
      })
    })
    expect(found).toEqual([
      `${KEY}, repetition 1, lag: its histogram holds 40000 samples, the count says 3`,
    ])
  })

  test('is found out where its summary of that does not hold', () => {
    const found = changed((latency, { cases }) => {
      const { spans: _, ...named } = latency
      Object.assign(cases[0]?.summary ?? {}, { histograms: { lag: { ...named, count: 3 } } })
    })
    expect(found).toEqual([
      `${KEY}, summary, lag: its histogram holds 40000 samples, the count says 3`,
    ])
  })

  describe('with losses', () => {
    const withLoss = (change: (latency: Latency) => unknown) =>
      changed((_, { cases }) => {
        const latency = cases[1]?.repetitions[1]?.latency
        if (!latency) throw new Error('the fixture has no latency')
        change(latency)
      }).join()
    const where = 'udp/ping-pong/64B/block, repetition 1: '

    test('is found out where its percentiles with them are left out', () => {
      expect(withLoss((latency) => Object.assign(latency, { percentilesWithLoss: null }))).toBe(
        `${where}3 messages were lost, but there are no percentiles with them`,
      )
    })

    test('is found out where they are those of what came back', () => {
      const found = withLoss(({ percentilesWithLoss }) =>
        Object.assign(percentilesWithLoss ?? {}, { p99: 1000 }),
      )
      expect(found).toMatch(/repetition 1: with loss p99 is said to be 1000 ns, its histogram has/)
    })

    test('is found out where they are said to be lost, and were not', () => {
      const found = withLoss(({ percentilesWithLoss, unavailableWithLoss }) => {
        Object.assign(percentilesWithLoss ?? {}, { p99: null })
        Object.assign(unavailableWithLoss, { p99: 'lost' })
      })
      expect(found).toBe(
        `${where}with loss p99 is said to fall among the lost, of which there are 3 of 4003`,
      )
    })

    test('is found out where one has a value, and was lost', () => {
      const copy = documentOf(
        [{ case: udp, report: pingPongReport({ rounds: 3_920, bodyNs: 10_000, lost: 80 }) }],
        1,
      )
      expect(contradictionsOf(copy)).toEqual([])
      const latency = copy.cases[0]?.repetitions[0]?.latency
      Object.assign(latency?.percentilesWithLoss ?? {}, { p99: latency?.percentiles.p99 })
      expect(contradictionsOf(copy)).toEqual([
        `udp/ping-pong/64B/block, repetition 0: with loss p99 is said to be ${latency?.percentiles.p99} ns, but falls among the lost`,
      ])
    })

    test('is found out where there are such percentiles, and none was lost', () => {
      const found = changed((latency) =>
        Object.assign(latency, { percentilesWithLoss: latency.percentiles }),
      )
      expect(found).toEqual([
        `${KEY}, repetition 1: there are percentiles with lost messages, but none was lost`,
      ])
    })
  })

  test('is found out where a case is there twice', () => {
    const found = changed((_, { cases }) => cases[0] && cases.push(structuredClone(cases[0])))
    expect(found[0]).toBe(`${KEY} is there twice`)
  })

  test('may have a case at two places', () => {
    const found = changed((_, { cases }) => {
      const [first] = cases
      if (first === undefined) return
      cases.push({ ...first, place: 'lab' })
      first.place = 'host'
    })
    expect(found.filter((text) => text.includes('twice'))).toEqual([])
  })
})
