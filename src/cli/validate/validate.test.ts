import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { documentOf, mixedCases } from '../../results/fixtures/documents.js'
import { runCli } from '../fixtures/spawn-cli.js'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-validate-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function put(name: string, content: object | string): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const doc = documentOf(mixedCases(), 1)

function miscounted(): typeof doc {
  const copy = structuredClone(doc)
  Object.assign(copy.cases[0]?.repetitions[0]?.latency ?? {}, { count: 3 })
  return copy
}

describe('xrbench validate', () => {
  test('looks at every file, whatever the others are', async () => {
    const [bad, wrong, good] = [
      put('bad.json', '{'),
      put('wrong.json', miscounted()),
      put('good.json', doc),
    ]
    const { code, stdout } = await runCli(['validate', bad, wrong, good])
    expect(code).toBe(8)
    const [first, second, third, ...rest] = stdout.trimEnd().split('\n')
    expect(first).toMatch(new RegExp(`^FAILED {2}${bad}: .*JSON`))
    expect(second).toBe(
      `FAILED  ${wrong}: tcp/ping-pong/64B/block, repetition 0: its histogram holds 40000 samples, the count says 3`,
    )
    expect(third).toBe(`ok      ${good}`)
    expect(rest).toEqual([])
  })

  test('prints the same as a document', async () => {
    const [good, wrong] = [put('good.json', doc), put('wrong.json', miscounted())]
    const { code, stdout } = await runCli(['validate', '--json', good, wrong])
    expect(code).toBe(8)
    expect(JSON.parse(stdout)).toEqual({
      schema: 'xrbench.validate/1',
      files: [
        { file: good, valid: true, problems: [], notes: [] },
        {
          ...{ file: wrong, valid: false, notes: [] },
          problems: [expect.stringMatching(/^tcp.*the count says 3$/)],
        },
      ],
    })
  })

  test('of a line that is wrong itself has the exit code of that', async () => {
    const { code, stdout } = await runCli(['validate', '--no-such-flag', put('good.json', doc)])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect((await runCli(['validate', '--help'])).stdout).toMatch(/^ +8 +a file that is not valid/m)
  })

  test('says what of a newer version was not looked at, and that is no fault', async () => {
    const newer = structuredClone(doc) as { cases: { transport: string }[] }
    Object.assign(newer.cases[0] ?? {}, { transport: 'carrier-pigeon' })
    const { code, stdout, stderr } = await runCli(['validate', put('newer.json', newer)])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ok /)
    expect(stderr).toMatch(/^note: .*1 case of the transport 'carrier-pigeon' is left out/m)
  })
})
