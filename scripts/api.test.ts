import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

test('every member that a program sees has words, and names nothing that it does not see', () => {
  const typedoc = [`${root}node_modules/typedoc/bin/typedoc`, '--emit', 'none']
  const env = { ...process.env, NO_COLOR: '1' }
  const { status, stdout, stderr } = spawnSync(process.execPath, typedoc, {
    ...{ cwd: root, encoding: 'utf8', env },
  })
  expect(stdout.match(/^\[warning\].*/gm) ?? []).toEqual([])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
}, 120_000)
