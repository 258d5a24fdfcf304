import { describe, expect, test } from 'vitest'
import type { Effect, Row } from '../../compare/schema.js'
import { shiftWords, verdictWords } from './compare-words.js'

const effect = (kind: Effect['kind'], estimate: number): Effect => ({
  ...{ kind, estimate, low: estimate, high: estimate },
  ...{ confidence: 0.95, p: 0.001, adjustedP: 0.001 },
})
const row = (kind: Effect['kind'], estimate: number, verdict: Row['verdict']): Row => ({
  ...{ metric: 'p50', unit: 'ns', better: 'lower', missing: null, verdict },
  base: { values: [1], median: 1 },
  new: { values: [1], median: 1 },
  effect: effect(kind, estimate),
})

describe('a verdict in words', () => {
  test.each([
    [1.081, 'worse +8.1 %'],
    [0.976, 'better −2.4 %'],
    [1.0003, 'worse +0.03 %'],
    [0.9997, 'better −0.03 %'],
    [2.6, 'worse ×2.60'],
    [12_345, 'worse ×12,300'],
    [0.6, 'better −40.0 %'],
    [0.25, 'better ÷4.00'],
    [0.0004, 'better ÷2,500'],
  ])('of the ratio %s is %s', (estimate, words) => {
    expect(verdictWords(row('ratio', estimate, estimate > 1 ? 'worse' : 'better'))).toBe(words)
  })

  test('of a difference has a sign, and digits that are there', () => {
    expect(verdictWords(row('difference', 0.0021, 'worse'))).toBe('worse +0.21 pp')
    expect(verdictWords(row('difference', -3e-9, 'better'))).toBe('better −0.0000003 pp')
  })
})

test.each([
  [1, '1.000'],
  [0.9764, '0.976'],
  [12.345, '12.3'],
  [12_345, '12,300'],
  [0.000_412_3, '0.000412'],
])('the ratio %s is %s', (value, words) => {
  expect(shiftWords(effect('ratio', value), value)).toBe(words)
})
