import { describe, expect, test } from 'vitest'
import { normal, seeded } from '../fixtures/random.js'
import { againstLimit, againstLimitWithin } from './against-limit.js'

const TRIALS = 1000
/** Three standard deviations of a rate of 5 % over the trials. */
const NOMINAL = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / TRIALS)
const LIMIT = Math.log(1.05)

function rate(trial: (random: () => number) => boolean): number {
  let found = 0
  for (let seed = 0; seed < TRIALS; seed++) if (trial(seeded(seed))) found++
  return found / TRIALS
}

const draw = (random: () => number, by = 0) =>
  Array.from({ length: 8 }, () => by + 0.03 * normal(random))

describe('against a limit', () => {
  test('is wilcox.test(x, y, alternative = "greater")', () => {
    const x = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3]
    const y = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.061, 3.14, 1.291]
    expect(againstLimit(y, x, 0, 0.95)?.p).toBeCloseTo(0.067955573837926, 12)
    // A limit is a shift that is taken away first.
    const raised = x.map((value) => value + 10)
    expect(againstLimit(y, raised, 10, 0.95)?.p).toBeCloseTo(0.067955573837926, 12)
  })

  test('three that lie above three others are evidence, and the least that is', () => {
    expect(againstLimit([1, 2, 3], [7, 8, 9], 0, 0.95)).toMatchObject({ upper: 8, estimate: 6 })
    expect(againstLimit([1, 2, 3], [7, 8, 9], 0, 0.95)?.p).toBeCloseTo(0.05, 12)
    expect(againstLimit([1, 2], [7, 8], 0, 0.95)?.upper).toBe(Number.POSITIVE_INFINITY)
    expect(againstLimit([], [7, 8], 0, 0.95)).toBeNull()
  })

  test.each([
    [
      'between two runs',
      (random: () => number, by: number) =>
        againstLimit(draw(random), draw(random, by), LIMIT, 0.95),
    ],
    [
      'repetition by repetition',
      (random: () => number, by: number) => againstLimitWithin(draw(random, by), LIMIT, 0.95),
    ],
  ] as const)(
    'what lies just at it is neither above nor below, nineteen times in twenty: %s',
    (_, against) => {
      expect(rate((random) => (against(random, LIMIT)?.p ?? 0) <= 0.05)).toBeLessThanOrEqual(
        NOMINAL,
      )
      expect(rate((random) => (against(random, LIMIT)?.upper ?? 0) <= LIMIT)).toBeLessThanOrEqual(
        NOMINAL,
      )
      expect(rate((random) => (against(random, 3 * LIMIT)?.p ?? 1) <= 0.05)).toBeGreaterThan(0.9)
      expect(rate((random) => (against(random, -LIMIT)?.upper ?? 1) <= LIMIT)).toBeGreaterThan(0.9)
    },
  )
})
