import { describe, expect, test } from 'vitest'
import { fc } from '../../fixtures/property.js'
import { recordReference, referenceHistogram } from '../fixtures/histograms.js'
import { Distribution, highestEquivalent } from './buckets.js'
import { encodeHistogram } from './codec.js'
import { COUNTS_LENGTH } from './layout.js'

describe('a distribution', () => {
  test('has the values of hdr-histogram-js for every bucket', () => {
    const reference = referenceHistogram()
    for (let index = 0; index < COUNTS_LENGTH; index += 7) {
      const value = reference.valueFromIndex(index)
      expect(highestEquivalent(index)).toBe(reference.highestEquivalentValue(value))
    }
  })

  test('has the sample of each rank', () => {
    const value = fc.integer({ min: 1, max: 2 ** 30 })
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), (values) => {
        const reference = recordReference(values)
        const distribution = new Distribution(encodeHistogram(reference))
        expect(distribution.count).toBe(values.length)
        values
          .toSorted((a, b) => a - b)
          .forEach((sample, i) => {
            expect(distribution.at(i + 1)).toBe(reference.highestEquivalentValue(sample))
          })
      }),
      { numRuns: 50 },
    )
  })

  test('ends with its samples', () => {
    const distribution = new Distribution(encodeHistogram(recordReference([5, 7])))
    expect([distribution.at(1), distribution.at(2), distribution.at(3)]).toEqual([5, 7, null])
  })

  test('holds ten million samples as well as one', () => {
    const reference = referenceHistogram()
    reference.recordValueWithCount(100, 9_999_999)
    reference.recordValue(900)
    const distribution = new Distribution(encodeHistogram(reference))
    expect(distribution.count).toBe(10_000_000)
    expect([distribution.at(9_999_999), distribution.at(10_000_000)]).toEqual([100, 900])
  })
})
