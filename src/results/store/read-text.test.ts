import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { documentOf, mixedCases } from '../fixtures/documents.js'
import { readResult } from './store.js'

const doc = documentOf(mixedCases(), 1)
const text = JSON.stringify(doc)
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-read-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Of `times` members of gzip, whose contents are one. */
function folded(first: string, then: string, times: number): Buffer {
  return Buffer.concat([gzipSync(first), ...Array<Buffer>(times).fill(gzipSync(then))])
}

function put(name: string, data: string | Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, data)
  return path
}

describe('a result file', () => {
  test.each(['r.json.gz', 'no-ending'])('is read compressed, as %s', async (name) => {
    expect(await readResult(put(name, gzipSync(text)))).toEqual(doc)
  })

  test('has no text that a terminal would obey', async () => {
    const hostile = { ...doc, label: '\u001b[2J\u202eexe.txt', command: ['a\nb'] }
    const { label, command } = await readResult(put('hostile.json', JSON.stringify(hostile)))
    expect({ label, command }).toEqual({ label: '␛[2J\ufffdexe.txt', command: ['a␊b'] })
  })

  test.each<[string, string | Buffer, RegExp]>([
    ['empty', '', /is empty/],
    ['cut short', text.slice(0, 4321), /is cut short: its JSON does not end/],
    ['cut short in a name', text.slice(0, 9), /is cut short: its JSON does not end/],
    ['gzip cut short', gzipSync(text).subarray(0, 999), /is cut short, or not gzip/],
    ['a table', 'case  p50\n', /is not JSON/],
    ['JSON with a comma too many', text.replace('{', '{,'), /is not JSON/],
    ['of another tool', '{"start":{}}', /is not a result of xrbench/],
    ['a number', '5', /is not a result of xrbench/],
    [
      'newer',
      text.replace('result/1', 'result/2'),
      /has the format xrbench.result\/2, this version reads/,
    ],
    [
      'edited by hand',
      text.replace('"plannedRepetitions":1', '"plannedRepetitions":"1"'),
      /is not valid at plannedRepetitions/,
    ],
  ])('that is %s is refused in one sentence', async (name, data, says) => {
    const path = put(name, data)
    const error = await readResult(path).catch((thrown: Error) => thrown)
    expect(error).toMatchObject({ code: 'XRB_RESULT_FILE', exitCode: 2 })
    expect((error as Error).message).toMatch(says)
    expect((error as Error).message.startsWith(path)).toBe(true)
  })

  test.each<[string, () => Buffer, RegExp]>([
    [
      'unfolds to 300 MiB of a name',
      () => folded('{"', 'x'.repeat(2 ** 20), 300),
      /unfolds to more than 256 MiB/,
    ],
    [
      'unfolds to millions of objects',
      () => folded('[', '{},'.repeat(1e5), 2000),
      /holds more than 8,000,000 values/,
    ],
    [
      'has 100,000 lists in one another',
      () => Buffer.from('['.repeat(1e5)),
      /is nested more than 64 deep/,
    ],
    [
      'has a case 300,000 times',
      () => Buffer.from(JSON.stringify({ ...doc, cases: Array(3e5).fill({}) })),
      /is not valid at cases\.0\.key/,
    ],
    [
      'has a million flags',
      () => gzipSync(JSON.stringify({ ...doc, flags: Array(1e6).fill(7) })),
      /is not valid: holds more than 200,000 values/,
    ],
  ])('that %s is refused before it takes the memory', async (name, make, says) => {
    const path = put(name.replaceAll(' ', '-'), make())
    const before = process.memoryUsage().heapTotal
    await expect(readResult(path)).rejects.toThrow(says)
    // What it would unfold to takes gigabytes.
    expect(process.memoryUsage().heapTotal - before).toBeLessThan(512 * 2 ** 20)
  })

  test('that leads to a device is refused', async () => {
    const path = join(folder, 'endless')
    symlinkSync('/dev/zero', path)
    await expect(readResult(path)).rejects.toThrow(/endless is a device, not a file\.$/)
  })

  test('that is no file is refused in one sentence', async () => {
    await expect(readResult(join(folder, 'nix'))).rejects.toThrow(/nix does not exist\.$/)
    await expect(readResult(folder)).rejects.toThrow(/is a folder, not a file\.$/)
  })
})
