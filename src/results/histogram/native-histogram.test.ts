import { describe, expect, test } from 'vitest'
import { loadAddon } from '../../addon/load.js'
import { fc } from '../../fixtures/property.js'
import { recordRaw, recordReference } from '../fixtures/histograms.js'
import { PERCENTILES } from '../schema/measures.js'
import { decodeHistogram, encodeHistogram } from './codec.js'
import { histogramOfCounts } from './histogram.js'
import { HIGHEST_TRACKABLE_NS } from './layout.js'
import { valueAtQuantile } from './percentiles.js'

const value = fc
  .tuple(fc.integer({ min: 0, max: 35 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([magnitude, part]) =>
    Math.min(HIGHEST_TRACKABLE_NS, Math.floor(2 ** magnitude * (1 + part))),
  )
const values = fc.array(value, { minLength: 1, maxLength: 2_000 })

const record = (samples: readonly number[]) =>
  loadAddon().recordValues(Float64Array.from(samples)).histogram

describe('what the addon records', () => {
  test('has the range of the layout', () => {
    expect(loadAddon().highestTrackableNs).toBe(HIGHEST_TRACKABLE_NS)
  })

  test('is what hdr-histogram-js has for the same values, to the last count', () => {
    fc.assert(
      fc.property(values, (samples) => {
        expect(record(samples)).toEqual(recordRaw(samples))
      }),
    )
  })

  test('has every percentile that hdr-histogram-js has for the same values', () => {
    fc.assert(
      fc.property(values, (samples) => {
        const native = histogramOfCounts(record(samples))
        const reference = recordReference(samples)
        for (const { oneIn } of PERCENTILES) {
          const percentile = 100 - 100 / oneIn
          expect(valueAtQuantile(native, oneIn)).toBe(reference.getValueAtPercentile(percentile))
        }
      }),
      { numRuns: 50 },
    )
  })

  test('keeps every percentile in the payload of a result', () => {
    fc.assert(
      fc.property(values, (samples) => {
        const read = decodeHistogram(encodeHistogram(histogramOfCounts(record(samples)).inRange))
        const reference = recordReference(samples)
        for (let percentile = 1; percentile <= 100; percentile++) {
          expect(read.getValueAtPercentile(percentile)).toBe(
            reference.getValueAtPercentile(percentile),
          )
        }
      }),
      { numRuns: 20 },
    )
  })

  test('keeps what is beyond the range', () => {
    const beyond = [HIGHEST_TRACKABLE_NS, HIGHEST_TRACKABLE_NS + 1, 90e9, 5]
    expect(record(beyond)).toEqual(recordRaw(beyond))
    expect(record(beyond)).toMatchObject({ count: 4, overflow: 2, minNs: 5, maxNs: 90e9 })
  })

  test('is nothing for nothing', () => {
    expect(record([])).toEqual(recordRaw([]))
  })
})
