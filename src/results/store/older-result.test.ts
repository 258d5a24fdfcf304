import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { documentOf, mixedCases } from '../fixtures/documents.js'
import { startOfResultAt } from './older-result.js'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-older-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const doc = documentOf(mixedCases())
const text = `${JSON.stringify(doc, null, 2)}\n`

test.each([
  ['as it is written', text],
  ['in one line', JSON.stringify(doc)],
  ['cut short', text.slice(0, 100_000)],
  ['compressed', gzipSync(text)],
])('a result %s says when its run began', async (_, content) => {
  const path = join(folder, 'r.json')
  writeFileSync(path, content)
  expect(await startOfResultAt(path)).toBe(doc.startedAt)
})

test.each([
  ['nothing', ''],
  ['a comparison', '{"schema":"xrbench.compare/1","startedAt":"2026-03-04T05:06:07.000Z"}'],
  ['something else', '<!doctype html>'],
  ['a broken archive', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3])],
  ['no time', '{"schema":"xrbench.result/1","startedAt":"\\u001b[31m"}'],
])('%s is no result', async (_, content) => {
  const path = join(folder, 'other.json')
  writeFileSync(path, content)
  expect(await startOfResultAt(path)).toBeNull()
})

test('nor is a folder, or what is not there', async () => {
  mkdirSync(join(folder, 'sub'))
  expect(await startOfResultAt(join(folder, 'sub'))).toBeNull()
  expect(await startOfResultAt(join(folder, 'missing'))).toBeNull()
})
