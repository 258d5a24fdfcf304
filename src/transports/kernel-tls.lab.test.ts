import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { NATIVE_TESTS } from '../addon/fixtures/native-tests.js'
import { runCli } from '../cli/fixtures/spawn-cli.js'
import { readResult } from '../results/store/store.js'

/** The lab's kernel has kTLS. */

const PATIENCE_MS = 240_000

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-ktls-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('the kernel takes the records', { timeout: PATIENCE_MS }, async () => {
  const output = join(folder, 'ktls.json')
  const cases = ['-t', 'tls', '-w', 'ping-pong,stream', '--ktls', 'off,on']
  const short = ['--warmup', '0s', '--iterations', '50', '--repeat', '1']
  const args = ['run', '--lab', '1', ...cases, ...short, '--output', output]
  const { code, stderr } = await runCli(args)
  expect(code, stderr).toBe(0)
  const result = await readResult(output)
  expect(result.cases).toHaveLength(4)
  for (const { key, parameters } of result.cases) {
    const ktls = key.includes('/ktls')
    for (const end of [parameters.effective.client, parameters.effective.server])
      expect(end?.tls, key).toMatchObject({ ktls, ktlsProblem: null })
  }
})

it('each message of a stream is a record of its own', { timeout: PATIENCE_MS }, async () => {
  const tests = [NATIVE_TESTS, '--filter', 'kernel tls: ']
  const { code, stdout, stderr } = await runCli(['lab', '--quiet', '--', ...tests])
  expect(code, stderr).toBe(0)
  expect(stdout).toContain('1 passed, 0 failed, 0 skipped')
})
