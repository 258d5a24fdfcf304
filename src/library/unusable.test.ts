import { describe, expect, test } from 'vitest'
import { documentOf, mixedCases } from '../results/fixtures/documents.js'
import type { ResultDocument } from '../results/schema/schema.js'
import { compare } from './compare.js'
import { report } from './report.js'

const doc = documentOf(mixedCases(), 3)
const empty = documentOf(mixedCases(), 0)

/** A percentile that its histogram has not. */
function edited(): ResultDocument {
  const copy = structuredClone(doc)
  const latency = copy.cases[0]?.repetitions[0]?.latency
  if (!latency) throw new Error('there is a latency')
  latency.percentiles.p50 = 1
  return copy
}

describe('nothing is concluded from a result', () => {
  test.each([
    ['that contradicts itself', edited(), /^ours contradicts itself: tcp.*p50.*\.$/],
    ['that holds nothing', empty, /^ours holds nothing that was measured\.$/],
  ])('%s', async (_, result, says) => {
    const told = { code: 'XRB_RESULT_FILE', exitCode: 2, message: expect.stringMatching(says) }
    const refused = expect.objectContaining(told)
    expect(() => compare(doc, [result], { names: ['theirs', 'ours'] })).toThrow(refused)
    expect(() => compare(result, [doc], { names: ['ours'], force: true })).toThrow(refused)
    await expect(report([doc, result], { names: ['theirs', 'ours'] })).rejects.toMatchObject(told)
  })
})
