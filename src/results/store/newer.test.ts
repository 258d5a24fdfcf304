import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { validate } from '../../library/validate.js'
import { documentOf, mixedCases } from '../fixtures/documents.js'
import type { ResultDocument } from '../schema/schema.js'
import { readResult } from './store.js'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-newer-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const doc = documentOf(mixedCases())

/** As a version would write it that knows more. */
function written(change: (cases: Record<string, unknown>[], doc: Record<string, unknown>) => void) {
  const newer = structuredClone(doc) as unknown as Record<string, unknown>
  newer.tool = { ...doc.tool, version: '7.1.0' }
  change(newer.cases as Record<string, unknown>[], newer)
  return newer
}

async function read(newer: unknown): Promise<{ doc: ResultDocument; told: string[] }> {
  const path = join(folder, 'r.json')
  writeFileSync(path, JSON.stringify(newer))
  const told: string[] = []
  const doc = await readResult(path, { onNewer: (sentence) => told.push(sentence) })
  return { doc, told: told.map((sentence) => sentence.replace(`${path} `, '')) }
}

const first = (list: Record<string, unknown>[]) => list[0] as Record<string, unknown>

describe('a result of a newer version', () => {
  test.each([
    ['transport', { transport: 'homa', key: 'homa/ping-pong/64B/block' }],
    ['workload', { workload: 'barrier', key: 'tcp/barrier/64B/block' }],
  ])('shows the cases but those of its new %s, and names that version', async (kind, change) => {
    const newer = written((cases) => Object.assign(first(cases), change))
    const { doc: rest, told } = await read(newer)
    expect(rest.cases).toEqual(doc.cases.slice(1))
    expect(told).toEqual([
      `was written by xrbench 7.1.0, which has words that this version has not: 1 case of the ${kind} '${kind === 'transport' ? 'homa' : 'barrier'}' is left out.`,
    ])
    expect(validate(newer)).toEqual([])
  })

  test('shows all cases but their new flags, wherever they stand', async () => {
    const newer = written((cases, whole) => {
      whole.flags = ['cosmic-rays', ...doc.flags]
      first(cases).flags = ['cosmic-rays', ...(doc.cases[0]?.flags ?? [])]
      const repetitions = first(cases).repetitions as Record<string, unknown>[]
      first(repetitions).flags = ['wet-cable', 'aborted']
    })
    const { doc: rest, told } = await read(newer)
    expect(rest.flags).toEqual(doc.flags)
    expect(rest.cases[0]?.flags).toEqual(doc.cases[0]?.flags)
    expect(rest.cases[0]?.repetitions[0]?.flags).toEqual(['aborted'])
    expect(told).toEqual([
      "was written by xrbench 7.1.0, which has words that this version has not: the flags 'cosmic-rays', 'wet-cable' are left out.",
    ])
  })

  test('keeps the pairs of two configurations: who is left out takes the other along', async () => {
    const pairs = documentOf(mixedCases()).cases.slice(0, 2)
    const newer = written((cases, whole) => {
      whole.variants = { a: [], b: ['--transport', 'homa'] }
      const [one, two] = pairs.map((pair) => structuredClone(pair) as Record<string, unknown>)
      cases.length = 0
      cases.push({ ...one, variant: 'a' }, { ...one, variant: 'b', transport: 'homa' })
      cases.push({ ...two, variant: 'a' }, { ...two, variant: 'b' })
    })
    const { doc: rest } = await read(newer)
    expect(rest.cases.map(({ key, variant }) => [key, variant])).toEqual([
      [pairs[1]?.key, 'a'],
      [pairs[1]?.key, 'b'],
    ])
  })

  test('that has nothing else is refused, with the version that reads it', async () => {
    const newer = written((cases) => {
      for (const one of cases) one.transport = 'homa'
    })
    await expect(read(newer)).rejects.toMatchObject({
      code: 'XRB_RESULT_FILE',
      message: expect.stringMatching(/written by xrbench 7\.1\.0.* 'homa' are left out\.$/),
      hint: 'xrbench 7.1.0 reads it',
    })
  })
})

test('a version that is none becomes no part of a hint', async () => {
  const newer = written((cases, whole) => {
    for (const one of cases) one.transport = 'homa'
    whole.tool = { ...doc.tool, version: ';curl x|sh;#' }
  })
  await expect(read(newer)).rejects.toMatchObject({ hint: 'xrbench of another version reads it' })
})

test('what is no name is a fault of the file, not news', async () => {
  for (const name of ['', 'a ghost', '\u001b[31m', 'x'.repeat(33), 7, null]) {
    const wrong = written((cases) => Object.assign(first(cases), { transport: name }))
    await expect(read(wrong)).rejects.toMatchObject({ code: 'XRB_RESULT_FILE' })
    await expect(
      read(written((_, whole) => Object.assign(whole, { flags: [name] }))),
    ).rejects.toMatchObject({ message: expect.stringMatching(/not valid at flags\.0/) })
  }
})

test('one with names without end is read in bounded words', async () => {
  const newer = written((_, whole) => {
    whole.flags = Array.from({ length: 10_000 }, (_, i) => `flag-${i}`)
  })
  await expect(read(newer)).rejects.toMatchObject({ code: 'XRB_RESULT_FILE' })
})

test('nobody is told where nothing is new', async () => {
  expect(await read(doc)).toEqual({ doc, told: [] })
})
