import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { documentOf, mixedCases } from '../../results/fixtures/documents.js'
import { runCli } from '../fixtures/spawn-cli.js'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-show-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function put(name: string, content: object | string): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const doc = documentOf(mixedCases())

describe('xrbench show', () => {
  test('prints what the file is, its table and its curve', async () => {
    const path = put('r.json', { ...doc, label: 'before' })
    const { code, stdout, stderr } = await runCli(['show', path])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [head, ...rest] = stdout.split('\n')
    expect(head).toBe(
      `${path} “before”, ${doc.startedAt.slice(0, 16).replace('T', ' ')} UTC, xrbench 0.1.0, completed`,
    )
    expect(rest.join('\n')).toMatch(/^tcp\/ping-pong\/64B\/block .*µs/m)
    expect(rest.join('\n')).toMatch(/99\.9/)
  })

  test('prints several, in their order', async () => {
    const [one, other] = [put('one.json', doc), put('other.json', doc)]
    const { stdout } = await runCli(['show', other, one])
    expect(stdout.startsWith(`${other}, `)).toBe(true)
    expect(stdout).toContain(`\n${one}, `)
  })

  test('prints nothing where one of them cannot be read', async () => {
    const { code, stdout, stderr } = await runCli(['show', put('r.json', doc), put('no.json', '{')])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/no\.json .*\[XRB_RESULT_FILE\]/)
  })
})
