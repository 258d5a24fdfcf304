import { describe, expect, test } from 'vitest'
import { trendOf } from './trend.js'

describe('a trend', () => {
  test('is cor.test(1:8, values, method = "kendall", exact = TRUE) of R', () => {
    const trend = trendOf([5, 3, 6, 8, 7, 9, 12, 11])
    expect(trend?.tau).toBeCloseTo(0.7857142857142857, 12)
    expect(trend?.p).toBeCloseTo(0.0055059523809524169, 12)
  })

  test('that falls has the same evidence as one that rises', () => {
    expect(trendOf([11, 12, 9, 7, 8, 6, 3, 5])?.p).toBeCloseTo(0.0055059523809524169, 12)
  })

  test('is not seen in equal values, and not looked for in three', () => {
    expect(trendOf([4, 4, 4, 4, 4])).toEqual({ tau: 0, p: 1 })
    expect(trendOf([1, 2, 3])).toBeNull()
  })
})
