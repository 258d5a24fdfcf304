import { describe, expect, test } from 'vitest'
import { checkPlanted } from './rooms/planted.mjs'

const check = (files) => checkPlanted('check-rooms.mjs', files)

const MEASURE = { 'src/run/measure.ts': 'export const measure = 1\n' }
const AGAINST = 'src/results/store/store.ts: results/store must not use run (../../run/measure.js)'

describe('a step against the direction', () => {
  test.each([
    ['by a name', "import { measure } from '../../run/measure.js'\n"],
    ['of a type', "import type { Measure } from '../../run/measure.js'\n"],
    ['for its effect alone', "import '../../run/measure.js'\n"],
    ['handed on', "export * from '../../run/measure.js'\n"],
    ['later', "export const later = () => import('../../run/measure.js')\n"],
    ['of a type within a type', "export type M = import('../../run/measure.js').Measure\n"],
    ['over several lines', "import {\n  one,\n  measure,\n} from '../../run/measure.js'\n"],
  ])('%s is found', (_, text) => {
    expect(check({ ...MEASURE, 'src/results/store/store.ts': text })).toEqual({
      status: 1,
      problems: [AGAINST],
    })
  })

  test('is none in a comment, and none the other way', () => {
    const store = "// import '../../run/measure.js'\n/* import('../../run/measure.js') */\n"
    expect(
      check({
        'src/run/measure.ts': "import '../results/store/store.js'\n",
        'src/results/store/store.ts': `${store}export const url = 'https://example.org/'\n`,
      }),
    ).toEqual({ status: 0, problems: [] })
  })
})

test('an import of what stands in no text is found', () => {
  const { status, problems } = check({
    'src/results/store/store.ts': "const path = '../../run/measure.js'\nawait import(path)\n",
  })
  expect(status).toBe(1)
  expect(problems).toEqual([
    'src/results/store/store.ts: imports what stands in no text (import(path))',
  ])
})

test('a program that another room starts by its path is found', () => {
  const start = "const MAIN = new URL('../../../dist/run/main.js', import.meta.url)\n"
  const main = { 'src/run/main.ts': '' }
  expect(check({ ...main, 'src/results/store/store.ts': start }).problems).toEqual([
    'src/results/store/store.ts: results/store must not start run (dist/run/main.js)',
  ])
  expect(check({ 'src/session/endpoint/process.ts': start }).problems).toEqual([
    'src/session/endpoint/process.ts: there is no src/run/main.ts to start',
  ])
})

test('what is shipped that uses what is for tests is found', () => {
  const { problems } = check({
    'src/results/fixtures/reports.ts': 'export const report = 1\n',
    'src/results/store/store.ts': "import { report } from '../fixtures/reports.js'\n",
    'src/results/store/store.test.ts': "import { report } from '../fixtures/reports.js'\n",
  })
  expect(problems).toEqual([
    'src/results/store/store.ts: what is shipped must not use src/results/fixtures/reports.ts',
  ])
})

test('files in a circle are found', () => {
  const { problems } = check({
    'src/results/store/a.ts': "import './b.js'\n",
    'src/results/store/b.ts': "import type { A } from './a.js'\n",
  })
  expect(problems).toEqual(['files in a circle: src/results/store/a.ts, src/results/store/b.ts'])
})
