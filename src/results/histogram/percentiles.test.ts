import { describe, expect, test } from 'vitest'
import { fc } from '../../fixtures/property.js'
import { recordLatencies, recordReference } from '../fixtures/histograms.js'
import { PERCENTILES } from '../schema/measures.js'
import { percentilesOf, valueAtQuantile } from './percentiles.js'

const QUANTILES = PERCENTILES.map(({ oneIn }) => ({ oneIn, percentile: 100 - 100 / oneIn }))

/** Samples as a path gives them: a body around some magnitude, and a tail. */
const samples = fc
  .record({
    count: fc.integer({ min: 1, max: 3_000 }),
    body: fc.integer({ min: 50, max: 200_000 }),
    tail: fc.integer({ min: 1, max: 100_000 }),
    seed: fc.integer({ min: 1, max: 2 ** 31 - 2 }),
  })
  .map(({ count, body, tail, seed }) => {
    let state = seed
    return Array.from({ length: count }, () => {
      state = (state * 48_271) % 2_147_483_647
      const uniform = state / 2_147_483_647
      return Math.floor(body + (uniform > 0.99 ? body * tail * uniform : body * uniform))
    })
  })

test('every percentile equals that of hdr-histogram-js for the same values', () => {
  fc.assert(
    fc.property(samples, (values) => {
      const raw = recordLatencies(values.filter((value) => value < 2 ** 36))
      const reference = recordReference(values.filter((value) => value < 2 ** 36))
      for (const { oneIn, percentile } of QUANTILES) {
        expect(valueAtQuantile(raw, oneIn)).toBe(reference.getValueAtPercentile(percentile))
      }
    }),
    { numRuns: 60 },
  )
})

describe('too few samples', () => {
  const raw = recordLatencies(Array.from({ length: 3_000 }, (_, i) => 1_000 + i))

  test('gives null and the reason', () => {
    const { percentiles, unavailable } = percentilesOf(raw)
    expect(percentiles).toMatchObject({ p999: null, p9999: null, p99999: null })
    expect(percentiles.p99).not.toBeNull()
    expect(unavailable).toEqual({
      p999: 'too few samples: needs 10000, has 3000',
      p9999: 'too few samples: needs 100000, has 3000',
      p99999: 'too few samples: needs 1000000, has 3000',
    })
  })

  test('begins one below the limit', () => {
    const enough = Array.from({ length: 1_000 }, (_, i) => i + 1)
    expect(percentilesOf(recordLatencies(enough)).percentiles.p99).toBe(990)
    expect(percentilesOf(recordLatencies(enough.slice(1))).percentiles.p99).toBeNull()
  })
})

describe('lost messages', () => {
  const raw = recordLatencies(Array.from({ length: 980 }, (_, i) => i + 1))

  test('move the percentiles up and end in infinity', () => {
    const { percentiles, unavailable } = percentilesOf(raw, 20)
    expect(percentiles).toMatchObject({ p50: 500, p90: 900, p99: null })
    expect(unavailable.p99).toBe('lost')
  })

  test('all of them lost leaves no number', () => {
    const { percentiles, unavailable } = percentilesOf(recordLatencies([]), 1_000)
    expect(Object.values(percentiles)).toEqual([null, null, null, null, null, null])
    expect(unavailable).toMatchObject({ p50: 'lost', p99: 'lost' })
  })
})

test('a percentile beyond the range is bounded by the maximum', () => {
  const raw = recordLatencies([
    ...Array.from({ length: 15 }, () => 100),
    ...Array.from({ length: 25 }, () => 80e9),
  ])
  expect(percentilesOf(raw).percentiles.p50).toBe(80e9)
})
