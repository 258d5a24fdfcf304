import { describe, expect, test } from 'vitest'
import { compareResults } from './compare.js'
import { normal, seeded } from './fixtures/random.js'
import { caseIn, sourceOf, TCP, TCP_STREAM, UDP, UDP_STREAM } from './fixtures/sources.js'
import { parseGate } from './gate.js'
import type { Source } from './source.js'
import { shiftBetween, shiftWithin } from './statistics/shift.js'

const TRIALS = 400
/** Three standard deviations of a rate of 5 % over the trials. */
const NOMINAL = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / TRIALS)
/** As loopback repetitions differ on a shared machine. */
const SD = 0.09
const REPETITIONS = 10

/** Log-normal or, as the scheduler likes it, in two modes. */
const shapes = {
  'one mode': (random: () => number) => Math.exp(SD * normal(random)),
  'two modes': (random: () => number) =>
    (random() < 0.5 ? 1 : 1.2) * Math.exp(0.03 * normal(random)),
}

function levels(shape: (random: () => number) => number, random: () => number, factor = 1) {
  return Array.from({ length: REPETITIONS }, () => factor * shape(random))
}

/** A result of four cases; what is slow in a repetition is slow in all its metrics, and each has a noise of its own. */
function measured(
  shape: (random: () => number) => number,
  random: () => number,
  factor: Record<string, number> = {},
): Source {
  const keys = [TCP, UDP, TCP_STREAM, UDP_STREAM]
  const source = sourceOf(
    Object.fromEntries(keys.map((key) => [key, levels(shape, random, factor[key])])),
  )
  for (const key of keys) {
    for (const { latency, loss, cpu } of caseIn(source, key).repetitions) {
      const noise = (sd: number) => Math.exp(sd * normal(random))
      if (latency !== null) {
        const { percentiles } = latency
        percentiles.p99 = (percentiles.p99 ?? 0) * noise(0.1)
        percentiles.p999 = (percentiles.p999 ?? 0) * noise(0.25)
      }
      if (cpu.client !== null)
        cpu.client.perMessageNs = (cpu.client.perMessageNs ?? 0) * noise(0.05)
      if (loss !== null) loss.lostFraction = Math.floor(random() * 4) / 1000
    }
  }
  return source
}

const plain = { across: null, forced: false, gates: [] }

function rate(trial: (random: () => number) => boolean): number {
  let found = 0
  for (let seed = 0; seed < TRIALS; seed++) if (trial(seeded(seed))) found++
  return found / TRIALS
}

describe.each(Object.entries(shapes))('repetitions of %s', (_, shape) => {
  test('of one configuration show no difference nineteen times in twenty', () => {
    const alarms = rate(
      (random) =>
        compareResults(measured(shape, random), [measured(shape, random)], plain).verdict ===
        'difference',
    )
    expect(alarms).toBeLessThanOrEqual(NOMINAL)
  })

  test('of one configuration fail a gate at most once in twenty, over all gates', () => {
    const gates = ['p50:+0%', 'p99:+0%', 'throughput:-0%'].map(parseGate)
    const alarms = rate((random) => {
      const compared = compareResults(measured(shape, random), [measured(shape, random)], {
        ...plain,
        gates,
      })
      return compared.gateVerdict === 'regression'
    })
    expect(alarms).toBeLessThanOrEqual(NOMINAL)
  })

  test('give intervals that hold the truth nineteen times in twenty', () => {
    const logs = (random: () => number) => levels(shape, random).map(Math.log)
    const missed = rate((random) => {
      const shift = shiftBetween(logs(random), logs(random), 0.95)
      return shift === null || shift.low > 0 || shift.high < 0
    })
    expect(missed).toBeLessThanOrEqual(NOMINAL)
  })
})

test('a planted 20 % is found, and fails its gate', () => {
  const gates = [parseGate('p50@tcp/*:+5%')]
  const found = rate((random) => {
    const base = measured(shapes['one mode'], random)
    const slower = measured(shapes['one mode'], random, { [TCP]: 1.2 })
    return compareResults(base, [slower], { ...plain, gates }).gateVerdict === 'regression'
  })
  expect(found).toBeGreaterThanOrEqual(0.9)
})

test('a planted 20 % is seen without a gate, in all that is compared', () => {
  const found = rate((random) => {
    const base = measured(shapes['one mode'], random)
    const slower = measured(shapes['one mode'], random, { [TCP]: 1.2 })
    const { comparisons } = compareResults(base, [slower], plain)
    const rows = comparisons[0]?.pairs.find(({ base: ref }) => ref.key === TCP)?.rows ?? []
    return rows.some(({ verdict }) => verdict === 'worse')
  })
  expect(found).toBeGreaterThanOrEqual(0.85)
})

test('repetition by repetition, a drift of the machine does not count as a difference, nor hide one', () => {
  const drifting = (random: () => number, factor: number) => {
    const machine = Array.from({ length: REPETITIONS }, (_, i) => 1 + 0.08 * i)
    const side = (by: number) =>
      machine.map((level) => Math.log(level * by) + 0.03 * normal(random))
    const [a, b] = [side(1), side(factor)]
    return { a, b, differences: b.map((value, i) => value - (a[i] ?? 0)) }
  }
  const alarms = rate(
    (random) => (shiftWithin(drifting(random, 1).differences, 0.95)?.p ?? 1) < 0.05,
  )
  const found = rate(
    (random) => (shiftWithin(drifting(random, 1.1).differences, 0.95)?.p ?? 1) < 0.05,
  )
  const foundUnpaired = rate((random) => {
    const { a, b } = drifting(random, 1.1)
    return (shiftBetween(a, b, 0.95)?.p ?? 1) < 0.05
  })
  expect(alarms).toBeLessThanOrEqual(NOMINAL)
  expect(found).toBeGreaterThanOrEqual(0.9)
  expect(foundUnpaired).toBeLessThan(0.5)
})
