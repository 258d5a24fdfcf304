import { expect, test } from 'vitest'
import { fc } from '../../fixtures/property.js'
import {
  countsOf,
  denseCounts,
  recordLatencies,
  recordRaw,
  recordReference,
  referenceHistogram,
} from '../fixtures/histograms.js'
import { histogramOfCounts, meanNs, mergeCounts, stddevNs } from './histogram.js'
import { COUNTS_LENGTH, HIGHEST_TRACKABLE_NS } from './layout.js'

/** Latencies of every magnitude, not only the large ones that a uniform choice gives. */
const latency = fc
  .tuple(fc.integer({ min: 0, max: 35 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([magnitude, part]) =>
    Math.min(HIGHEST_TRACKABLE_NS, Math.floor(2 ** magnitude * (1 + part))),
  )
const latencies = fc.array(latency, { minLength: 1, maxLength: 400 })

test('has the range and the length of the HdrHistogram layout', () => {
  const reference = referenceHistogram()
  expect(reference.countsArrayLength).toBe(COUNTS_LENGTH)
  expect(reference.highestEquivalentValue(60e9)).toBeLessThanOrEqual(HIGHEST_TRACKABLE_NS)
  expect(reference.highestEquivalentValue(reference.valueFromIndex(COUNTS_LENGTH - 1))).toBe(
    HIGHEST_TRACKABLE_NS,
  )
})

test('takes every count of the layout to its place', () => {
  const everywhere = {
    ...recordRaw([]),
    indices: Int32Array.from({ length: COUNTS_LENGTH }, (_, index) => index),
    counts: Float64Array.from({ length: COUNTS_LENGTH }, (_, index) => index + 1),
  }
  expect(countsOf(histogramOfCounts(everywhere).inRange)).toEqual(denseCounts(everywhere))
})

test('merging equals recording everything into one histogram', () => {
  fc.assert(
    fc.property(fc.array(latencies, { maxLength: 5 }), (parts) => {
      const { inRange, ...exact } = mergeCounts(parts.map(recordRaw))
      const { inRange: _, ...expected } = recordLatencies(parts.flat())
      expect(exact).toEqual(expected)
      expect(inRange.totalCount).toBe(exact.count)
      expect(countsOf(inRange)).toEqual(countsOf(recordReference(parts.flat())))
    }),
    { numRuns: 25 },
  )
})

test('merging keeps overflow and the true extremes', () => {
  const merged = mergeCounts([recordRaw([5, 80e9]), recordRaw([7, 90e9, 3])])
  expect(merged).toMatchObject({ count: 5, overflow: 2, minNs: 3, maxNs: 90e9, sumNs: 170e9 + 15 })
  expect(countsOf(merged.inRange).slice(0, 8)).toEqual([0, 0, 0, 1, 0, 1, 0, 1])
})

test('merging nothing has no extremes', () => {
  expect(mergeCounts([])).toMatchObject({ count: 0, minNs: null, maxNs: null })
  expect(meanNs(mergeCounts([]))).toBeNull()
  expect(stddevNs(mergeCounts([]))).toBeNull()
})

test('the standard deviation is what the library has', () => {
  fc.assert(
    fc.property(latencies, (values) => {
      const one = recordLatencies(values)
      const known = one.inRange.stdDeviation
      expect(Math.abs((stddevNs(one) ?? Number.NaN) - known)).toBeLessThanOrEqual(1e-9 * known)
    }),
    { numRuns: 50 },
  )
})

test('the standard deviation is that of the values, to the width of a bucket', () => {
  fc.assert(
    fc.property(latencies, (values) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
      const off =
        (stddevNs(recordLatencies(values)) ?? Number.NaN) - Math.sqrt(squares / values.length)
      expect(Math.abs(off)).toBeLessThanOrEqual(Math.max(...values) / 1_000)
    }),
    { numRuns: 50 },
  )
})
