import { expect, test } from 'vitest'
import { problemsOf } from './problems.mjs'

const FILES = {
  'src/a.test.ts': "it('holds it', () => {})",
  'native/a_test.cc': 'TEST("group: holds it too") {',
  'src/a.ts': "'holds it'",
}
const page = (...rows) =>
  [
    '| who | must not |',
    '| somebody | **S1** come in; **S2** go out |',
    '| of | promise | held by |',
    ...rows,
  ].join('\n')
const problems = (...rows) => problemsOf(page(...rows), (file) => FILES[file] ?? null)

test('a page whose promises all have tests has no problem', () => {
  const row = '| S1, S2 | Both. | `src/a.test.ts` “holds it”, `native/a_test.cc` “holds it too” |'
  expect(problems(row)).toEqual([])
})

test.each([
  ['no promise at all', [], /no promise/],
  ['one without a promise', ['| S1 | In. | `src/a.test.ts` “holds it” |'], /promised of S2/],
  ['one that nobody must not', ['| S1, S2, X9 | In. | `src/a.test.ts` “holds it” |'], /X9/],
  ['no test', ['| S1, S2 | In. | somebody says so |'], /no test holds it/],
  ['a file that is not there', ['| S1, S2 | In. | `src/b.test.ts` “holds it” |'], /no test src\/b/],
  ['a file that is no test', ['| S1, S2 | In. | `src/a.ts` “holds it” |'], /no test src\/a\.ts/],
  ['a test that is not there', ['| S1, S2 | In. | `src/a.test.ts` “holds” |'], /“holds”/],
  ['a file without a test', ['| S1, S2 | In. | `src/a.test.ts` |'], /which test/],
])('%s is told', (_what, rows, problem) => {
  expect(problems(...rows).join('\n')).toMatch(problem)
})
