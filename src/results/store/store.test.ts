import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { documentOf, mixedCases } from '../fixtures/documents.js'
import { outputError as fullDisk } from './errors.js'
import { defaultOutputPath } from './output-path.js'
import { checkWritable, readResult, writeResult } from './store.js'

const isRoot = process.getuid?.() === 0
const doc = documentOf(mixedCases(), 1)
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-store-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const inFolder = (name: string) => join(folder, name)
const outputError = (says: RegExp) =>
  expect.objectContaining({ code: 'XRB_OUTPUT', exitCode: 3, message: expect.stringMatching(says) })

describe('a result', () => {
  test('is read back as it was written', async () => {
    await writeResult(inFolder('r.json'), doc)
    expect(await readResult(inFolder('r.json'))).toEqual(doc)
    expect(readdirSync(folder)).toEqual(['r.json'])
  })

  test('replaces the one before, as a whole', async () => {
    await writeResult(inFolder('r.json'), { ...doc, label: 'x'.repeat(200) })
    await writeResult(inFolder('r.json'), doc)
    expect(await readResult(inFolder('r.json'))).toEqual(doc)
  })

  test('goes where a link leads', async () => {
    symlinkSync('real.json', inFolder('link.json'))
    writeFileSync(inFolder('real.json'), '')
    await writeResult(inFolder('link.json'), doc)
    expect(JSON.parse(readFileSync(inFolder('real.json'), 'utf8'))).toEqual(doc)
  })

  test('keeps members that this version does not know', async () => {
    writeFileSync(inFolder('r.json'), JSON.stringify({ ...doc, weather: { rain: true } }))
    expect(await readResult(inFolder('r.json'))).toMatchObject({ weather: { rain: true } })
  })
})

describe('is found unwritable before anything is measured', () => {
  test('in a folder that is not there', async () => {
    await expect(checkWritable(inFolder('no/r.json'))).rejects.toEqual(outputError(/not a folder/))
  })

  test('below a file', async () => {
    writeFileSync(inFolder('file'), '')
    await expect(checkWritable(inFolder('file/r.json'))).rejects.toEqual(outputError(/folder/))
  })

  test('when it is a folder', async () => {
    await expect(checkWritable(folder)).rejects.toEqual(outputError(/not a regular file/))
  })

  test('when it is a device, which must not be replaced', async () => {
    await expect(checkWritable('/dev/null')).rejects.toEqual(outputError(/not a regular file/))
    await expect(writeResult('/dev/null', doc)).rejects.toEqual(outputError(/not a regular/))
  })

  test('in a folder of somebody else', async ({ skip }) => {
    skip(isRoot, 'root may write everywhere')
    mkdirSync(inFolder('locked'))
    chmodSync(inFolder('locked'), 0o555)
    await expect(checkWritable(inFolder('locked/r.json'))).rejects.toEqual(
      outputError(/permission/),
    )
  })

  test('where even root cannot write', async () => {
    await expect(checkWritable('/proc/r.json')).rejects.toMatchObject({ code: 'XRB_OUTPUT' })
  })

  test('and leaves no trace where it is writable', async () => {
    writeFileSync(inFolder('r.json'), 'before')
    await checkWritable(inFolder('r.json'))
    expect(readdirSync(folder)).toEqual(['r.json'])
    expect(readFileSync(inFolder('r.json'), 'utf8')).toBe('before')
  })
})

describe('a full disk', () => {
  test('is said to be one, whatever user runs it', () => {
    const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
    expect(fullDisk('/r.json', full)).toEqual(outputError(/no space left/))
  })

  const mayMount = isRoot && mountSmallDisk()

  test.skipIf(!mayMount)(
    'leaves the result before as it was, and nothing beside it',
    { meta: { skipReason: 'this user may not mount' } },
    async () => {
      mkdirSync(inFolder('disk'))
      expect(
        spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', inFolder('disk')]).status,
      ).toBe(0)
      try {
        const path = inFolder('disk/r.json')
        writeFileSync(path, 'before')
        await expect(writeResult(path, large())).rejects.toEqual(outputError(/no space left/))
        expect(readFileSync(path, 'utf8')).toBe('before')
        expect(readdirSync(inFolder('disk'))).toEqual(['r.json'])
      } finally {
        spawnSync('umount', [inFolder('disk')])
      }
    },
  )
})

describe('a file that is no result', () => {
  const refusal = (says: RegExp) =>
    expect.objectContaining({
      code: 'XRB_RESULT_FILE',
      exitCode: 2,
      message: expect.stringMatching(says),
    })
  const refused: [string, string, RegExp][] = [
    ['is empty', '', /is empty/],
    ['is cut short', JSON.stringify(doc).slice(0, 900), /is cut short/],
    ['is of another tool', '{"start":{}}', /not a result of xrbench/],
    ['is null', 'null', /not a result of xrbench/],
    [
      'is newer',
      JSON.stringify({ ...doc, schema: 'xrbench.result/9' }),
      /format xrbench\.result\/9/,
    ],
    ['lacks a member', JSON.stringify({ ...doc, cases: undefined }), /not valid at cases/],
    ['has a wrong one', JSON.stringify({ ...doc, flags: ['a ghost'] }), /not valid at flags\.0/],
  ]

  test.each(refused)('because it %s is refused', async (_, text, says) => {
    writeFileSync(inFolder('r.json'), text)
    await expect(readResult(inFolder('r.json'))).rejects.toEqual(refusal(says))
  })

  test('because it is not there is refused', async () => {
    await expect(readResult(inFolder('none.json'))).rejects.toEqual(refusal(/does not exist/))
  })
})

test('a document of a thousand cases is validated in a time nobody notices', async () => {
  writeFileSync(inFolder('r.json'), JSON.stringify(large()))
  expect((await readResult(inFolder('r.json'))).cases).toHaveLength(1_000)
})

describe('the output path', () => {
  const now = new Date('2026-03-04T05:06:07.890Z')

  test('is the file named', () => {
    expect(defaultOutputPath(inFolder('r.json'), now)).toBe(inFolder('r.json'))
  })

  test('is named after the time in the folder named, or here', () => {
    expect(defaultOutputPath(folder, now)).toBe(inFolder('xrbench-20260304-050607.json'))
    expect(defaultOutputPath('not-there/', now)).toBe('not-there/xrbench-20260304-050607.json')
    expect(defaultOutputPath(undefined, now)).toBe('xrbench-20260304-050607.json')
  })

  test('never is that of another run', () => {
    writeFileSync(inFolder('xrbench-20260304-050607.json'), '')
    expect(defaultOutputPath(folder, now)).toBe(inFolder('xrbench-20260304-050607-2.json'))
  })
})

function large() {
  const [one] = doc.cases
  if (one === undefined) throw new Error('the fixture has cases')
  return {
    ...doc,
    cases: Array.from({ length: 1_000 }, (_, i) => ({ ...one, key: `${one.key}/${i}` })),
  }
}

/** Whether this user may mount at all, tried on a folder of its own. */
function mountSmallDisk(): boolean {
  const probe = mkdtempSync(join(tmpdir(), 'xrbench-mount-'))
  const may = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe]).status === 0
  if (may) spawnSync('umount', [probe])
  rmSync(probe, { recursive: true, force: true })
  return may
}
