import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCli } from '../fixtures/spawn-cli.js'

let cwd: string
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'xrbench-keygen-'))
})
afterAll(() => rmSync(cwd, { recursive: true }))

it('makes a key that its owner alone can read, and shows it nowhere', async () => {
  const { code, stdout, stderr } = await runCli(['keygen'], { cwd })
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  const path = join(cwd, 'xrbench.key')
  const text = readFileSync(path, 'utf8')
  expect(text).toMatch(/^[0-9a-f]{64}\n$/)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(stderr).not.toContain(text.trim())
  expect(stderr).toContain('xrbench serve --listen ADDRESS --key-file xrbench.key')
})

it('makes another one each time', async () => {
  const file = (name: string) => join(cwd, name)
  for (const name of ['a', 'b']) {
    const { code, stdout } = await runCli(['keygen', file(name), '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({ schema: 'xrbench.keygen/1', file: file(name) })
  }
  expect(readFileSync(file('a'))).not.toEqual(readFileSync(file('b')))
})

it.each([
  ['a file', (path: string) => writeFileSync(path, 'mine')],
  ['a link to nowhere', (path: string) => symlinkSync('/nonexistent/key', path)],
])('replaces nothing: %s', async (name, make) => {
  const path = join(cwd, name)
  make(path)
  const { code, stderr } = await runCli(['keygen', path])
  expect(code).toBe(2)
  expect(stderr).toMatch(/is there already.*\[XRB_KEY_EXISTS\]\nhint: /)
})

it('says where it cannot write', async () => {
  const { code, stderr } = await runCli(['keygen', '/nonexistent/key'])
  expect(code).toBe(3)
  expect(stderr).toMatch(/cannot be written \(ENOENT\)\. \[XRB_KEY_FILE\]\nhint: /)
})
