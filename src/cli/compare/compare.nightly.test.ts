import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../fixtures/spawn-cli.js'

const PATIENCE_MS = 300_000

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-compare-lab-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The delay of the slower wire is above what a busy host makes of the other. */
async function measured(name: string, ...wire: string[]): Promise<string> {
  const output = join(folder, name)
  const what = ['-t', 'tcp', '--iterations', '40', '--warmup', '100ms', '--repeat', '5']
  const { code } = await runCli(['run', '--lab', ...wire, ...what, '-q', '-o', output])
  expect(code).toBe(0)
  return output
}

test('a wire that became slower is found, said to be slower, and fails the gate', {
  timeout: PATIENCE_MS,
}, async () => {
  const base = await measured('base.json')
  const slower = await measured('slower.json.gz', '--netem', 'delay 10ms')
  const args = ['compare', base, slower, '--fail-on', 'p50:+5%']
  const { code, stdout } = await runCli(args)
  expect(stdout).toMatch(/^differs +netem of the lab: none → delay 10ms$/m)
  expect(stdout).toMatch(/p50 .* worse /)
  expect(stdout).toMatch(/^REGRESSION +p50:\+5% /m)
  expect(code).toBe(7)
})
