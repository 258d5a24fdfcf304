import { expect, test } from 'vitest'
import { runCli } from './fixtures/spawn-cli.js'

test('a bare xrbench shows what it does on one machine and between two, within 80 columns', async () => {
  const { code, stdout, stderr } = await runCli([])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const line of ['xrbench keygen', 'xrbench serve --listen', 'xrbench run --peer'])
    expect(stdout).toContain(`  ${line}`)
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
})
