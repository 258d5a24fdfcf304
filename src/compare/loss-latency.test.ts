import { expect, test } from 'vitest'
import { compareResults } from './compare.js'
import { caseIn, sourceOf, UDP } from './fixtures/sources.js'
import { parseGate } from './gate.js'

const steady = [1, 1.01, 0.99, 1.02, 0.98, 1.005, 0.995, 1.015]

/** What came back is faster by a tenth: the slow ones were lost, and the p99 with them. */
function lossy() {
  const source = sourceOf({ [UDP]: steady.map((level) => level * 0.9) }, { keys: [UDP] })
  for (const { latency, loss } of caseIn(source, UDP).repetitions) {
    if (latency === null || loss === null) continue
    Object.assign(loss, { lost: 800, sent: 40_800, lostFraction: 800 / 40_800 })
    latency.percentilesWithLoss = { ...latency.percentiles, p99: null, p999: null }
    latency.unavailableWithLoss = { p99: 'lost', p999: 'lost' }
  }
  return source
}

test('what is lost is infinitely late: a side that loses is not faster, and fails its gate', () => {
  const base = sourceOf({ [UDP]: steady }, { keys: [UDP] })
  const gates = [parseGate('p99:+5%')]
  const options = { across: null, forced: false, gates }
  const doc = compareResults(base, [lossy()], options)
  const row = doc.comparisons[0]?.pairs[0]?.rows.find(({ metric }) => metric === 'p99')
  expect(row).toMatchObject({ verdict: 'worse', effect: { estimate: Number.POSITIVE_INFINITY } })
  expect(doc.gateVerdict).toBe('regression')
  expect(compareResults(lossy(), [base], options).gateVerdict).toBe('pass')
  expect(compareResults(lossy(), [lossy()], options).gateVerdict).toBe('inconclusive')
})
