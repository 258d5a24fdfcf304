import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { judge, type PlantedRun, toldOf } from './flag-validation.js'

/** Recorded by `node bench/flags.mjs --record`, on two CPUs that others used at lower priority. */
const recorded: PlantedRun[] = JSON.parse(
  readFileSync(new URL('../fixtures/planted-runs.json', import.meta.url), 'utf8'),
)
const judged = (flag: string) => judge(recorded).find((one) => one.flag === flag)

test('run delay finds each hog, and leaves clean runs alone', () => {
  expect(judged('harness-overload')).toMatchObject({
    ...{ found: 6, planted: 6 },
    ...{ falseAlarms: 0, clean: 8 },
  })
})

test('an unsteady start finds each ramp; of the clean runs one began below its rest', () => {
  expect(judged('warmup-unsteady')).toMatchObject({
    ...{ found: 7, planted: 7 },
    ...{ falseAlarms: 1, clean: 8 },
  })
})

test('what the flags were before finds next to nothing in the same runs', () => {
  expect(judged('by switches (was harness-overload)')).toMatchObject({ found: 0, planted: 6 })
  expect(judged('by the cap (was warmup-unsteady)')).toMatchObject({ found: 1, planted: 7 })
})

test('each rate is told', () => {
  expect(toldOf(judge(recorded))[0]).toMatch(/^harness-overload +found 6\/6 {3}false alarms 0\/8$/)
})
