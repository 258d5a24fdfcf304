import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { NATIVE_TESTS, nativeTests, RDMA_FILTERS } from '../addon/fixtures/native-tests.js'
import { type RunningSuite, runSuite } from '../lab/fixtures/run-suite.js'
import { readNativeTests, readSuite, SLOW_TEST_LIMIT_MS } from '../lab/fixtures/suite-result.js'
import { transpile } from '../lab/fixtures/transpile.js'

/** Tests that need an RDMA device, all in one guest, which has one. */

const [runner = '', suite = ''] = transpile('rdma-suite', [
  'src/lab/fixtures/plain-runner.ts',
  'src/transports/fixtures/rdma-suite.ts',
])
const contractNames = execFileSync(process.execPath, [runner, resolve(suite), '--list'], {
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .map((line) => (JSON.parse(line) as { name: string }).name)

let running: RunningSuite | undefined

beforeAll(() => {
  if (inject('labProblem') !== null) return
  const filters = RDMA_FILTERS.map((filter) => `--filter '${filter}'`).join(' ')
  const script = `'${NATIVE_TESTS}' ${filters}; echo
    node --jitless --no-expose-wasm ${runner} ${resolve(suite)}`
  const env = { XRBENCH_ADDON: resolve('build/Release/xrbench.node') }
  running = runSuite(
    ['lab', '--', 'env', ...entries(env), 'sh', '-c', script],
    [readNativeTests, readSuite],
  )
})
afterAll(() => running?.close())

/** The first test of a suite waits for the guest, too. */
const options = { timeout: 5 * SLOW_TEST_LIMIT_MS }

describe('C++ on an RDMA device', () => {
  test.each(nativeTests({ ofRdma: true }))('%s', options, (name) => passes(name))
})

describe('contract', () => {
  test.each(contractNames)('%s', options, (name) => passes(name))
})

/** A skip is none here: the guest has all that a test of RDMA can want. */
async function passes(name: string): Promise<void> {
  expect(await running?.result(name)).toEqual({ name, state: 'pass', reason: '' })
}

function entries(env: Record<string, string>): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`)
}
