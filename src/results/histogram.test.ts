import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  countsOf,
  denseCounts,
  recordRaw,
  recordReference,
  referenceHistogram,
} from './fixtures/histograms.js'
import {
  COUNTS_LENGTH,
  HIGHEST_TRACKABLE_NS,
  highestValueAt,
  indexOfValue,
  lowestValueAt,
  meanNs,
  mergeHistograms,
  middleValueAt,
  stddevNs,
} from './histogram.js'

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
  expect(highestValueAt(COUNTS_LENGTH - 1)).toBe(HIGHEST_TRACKABLE_NS)
})

test('maps every bucket edge as hdr-histogram-js does', () => {
  const reference = referenceHistogram()
  const wrong: number[] = []
  for (let index = 0; index < COUNTS_LENGTH; index++) {
    const lowest = reference.valueFromIndex(index)
    const highest = reference.highestEquivalentValue(lowest)
    const same =
      lowestValueAt(index) === lowest &&
      highestValueAt(index) === highest &&
      middleValueAt(index) === reference.medianEquivalentValue(lowest) &&
      indexOfValue(lowest) === index &&
      indexOfValue(highest) === index &&
      reference.countsArrayIndex(highest) === index
    if (!same) wrong.push(index)
  }
  expect(wrong).toEqual([])
})

test('merging equals recording everything into one histogram', () => {
  fc.assert(
    fc.property(fc.array(latencies, { maxLength: 5 }), (parts) => {
      const merged = mergeHistograms(parts.map(recordRaw))
      expect(merged).toEqual(recordRaw(parts.flat()))
    }),
    { numRuns: 50 },
  )
})

test('merging equals what hdr-histogram-js adds up', () => {
  fc.assert(
    fc.property(latencies, latencies, (a, b) => {
      const reference = recordReference(a)
      reference.add(recordReference(b))
      expect(denseCounts(mergeHistograms([recordRaw(a), recordRaw(b)]))).toEqual(
        countsOf(reference),
      )
    }),
    { numRuns: 25 },
  )
})

test('merging keeps overflow and the true extremes', () => {
  const merged = mergeHistograms([recordRaw([5, 80e9]), recordRaw([7, 90e9, 3])])
  expect(merged).toMatchObject({ count: 5, overflow: 2, minNs: 3, maxNs: 90e9, sumNs: 170e9 + 15 })
  expect(Array.from(merged.indices)).toEqual([3, 5, 7])
})

test('merging nothing has no extremes', () => {
  expect(mergeHistograms([])).toMatchObject({ count: 0, minNs: null, maxNs: null })
  expect(meanNs(mergeHistograms([]))).toBeNull()
  expect(stddevNs(mergeHistograms([]))).toBeNull()
})

test('the standard deviation is that of hdr-histogram-js', () => {
  fc.assert(
    fc.property(latencies, (values) => {
      const ours = stddevNs(recordRaw(values)) ?? Number.NaN
      const reference = recordReference(values).stdDeviation
      expect(Math.abs(ours - reference)).toBeLessThanOrEqual(reference * 1e-9)
    }),
    { numRuns: 50 },
  )
})
