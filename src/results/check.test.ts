import { describe, expect, test } from 'vitest'
import { contradictionsOf } from './check.js'
import { documentOf, mixedCases } from './fixtures/documents.js'
import type { Latency, ResultDocument } from './schema.js'

const doc = documentOf(mixedCases(), 2)
const KEY = 'tcp/ping-pong/64B/block'

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
