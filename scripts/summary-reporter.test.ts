import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkout } from './fixture.js'

const VITEST = join(checkout, 'node_modules/vitest/vitest.mjs')

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-summary-'))
  const reporter = JSON.stringify(join(checkout, 'scripts/summary-reporter.ts'))
  writeFileSync(
    join(folder, 'vitest.config.ts'),
    `import { SummaryReporter } from ${reporter}
    export default { test: { globals: true, reporters: [new SummaryReporter()] } }`,
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A test run of `source` alone. */
function run(source: string, ...args: string[]) {
  writeFileSync(join(folder, 'one.test.ts'), source)
  const environment = { ...process.env, VITEST: undefined, NO_COLOR: '1' }
  const { status, stdout } = spawnSync(
    process.execPath,
    [VITEST, 'run', '--root', folder, '--config', join(folder, 'vitest.config.ts'), ...args],
    { encoding: 'utf8', env: environment },
  )
  return { status, lines: stdout.trimEnd().split('\n') }
}

const REASONED = `
  test('one', () => {})
  test('two', ({ skip }) => skip('it rains'))
  describe.skipIf(true)('three', { meta: { skipReason: 'it snows' } }, () => test('four', () => {}))`

test('each skip is told with its reason', () => {
  expect(run(REASONED)).toEqual({
    status: 0,
    lines: [
      'skipped: two (it rains)',
      'skipped: three > four (it snows)',
      '1 passed, 0 failed, 2 skipped',
    ],
  })
})

test.each(["test.skip('none', () => {})", "test('none', ({ skip }) => skip())"])(
  'a skip without a reason fails the run: %s',
  (source) => {
    expect(run(`test('one', () => {})\n${source}`)).toEqual({
      status: 1,
      lines: ['skipped: none (FAILED: it gives no reason)', '1 passed, 0 failed, 1 skipped'],
    })
  },
)

test('what was not asked for needs no reason', () => {
  expect(run("test('one', () => {})\ntest('two', () => {})", '-t', 'one')).toEqual({
    status: 0,
    lines: ['1 passed, 0 failed, 1 skipped'],
  })
})
