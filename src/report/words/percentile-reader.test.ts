import { expect, test } from 'vitest'
import { fc } from '../../fixtures/property.js'
import { recordLatencies } from '../../results/fixtures/histograms.js'
import { latencyOf } from '../../results/histogram/latency.js'
import { PERCENTILES } from '../../results/schema/measures.js'
import { percentileReader } from './percentile-reader.js'

// The one is read at depths, the other at parts of a whole.
test('a curve goes through the percentiles of the table, among lost messages too', () => {
  const samples = fc.array(fc.integer({ min: 1, max: 1e9 }), { minLength: 20, maxLength: 2_000 })
  fc.assert(
    fc.property(samples, fc.integer({ min: 0, max: 500 }), (values, lost) => {
      const latency = latencyOf(recordLatencies(values), lost)
      const told = latency.percentilesWithLoss ?? latency.percentiles
      const at = percentileReader(latency, lost)
      for (const { key, oneIn } of PERCENTILES) expect(at(Math.log10(oneIn))).toBe(told[key])
    }),
    { numRuns: 50 },
  )
})
