import { describe, expect, test } from 'vitest'
import { benjaminiHochberg, holm } from './adjust.js'

describe('adjusted p', () => {
  const ps = [0.01, 0.04, 0.03, 0.005, 0.5, 0.04]
  const round = (values: number[]) => values.map((value) => Number(value.toFixed(12)))

  test('after Holm is p.adjust(p, "holm") of R', () => {
    expect(round(holm(ps))).toEqual([0.05, 0.12, 0.12, 0.03, 0.5, 0.12])
  })

  test('after Benjamini and Hochberg is p.adjust(p, "BH") of R', () => {
    expect(round(benjaminiHochberg(ps))).toEqual([0.03, 0.048, 0.048, 0.03, 0.5, 0.048])
  })

  test('of one test is its own', () => {
    expect(holm([0.2])).toEqual([0.2])
    expect(benjaminiHochberg([0.2])).toEqual([0.2])
    expect(holm([])).toEqual([])
  })
})
