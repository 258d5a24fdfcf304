import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compareResults } from '../compare/compare.js'
import { compareSchema } from '../compare/schema.js'
import { fc, fuzzRuns } from '../fixtures/property.js'
import { validate } from '../library/validate.js'
import { contradictionsOf } from '../results/document/check.js'
import type { ResultDocument } from '../results/schema/schema.js'
import { COMPARE_LISTS, issuesOf } from '../results/store/check-parts.js'
import { readResult } from '../results/store/store.js'
import { damaged, damages, mutated, mutations } from './fixtures/hostile.js'
import { expectOutputs, expectText, expectTold } from './fixtures/outputs.js'

/** Result files of whoever likes to see a reader fail: read, judged, and made into every output. */

const GOLDEN = fileURLToPath(new URL('../results/fixtures/golden/', import.meta.url))
/** What once made something fail, or is likely to: one file each, read as it is; `refused-` what is no result. */
const CORPUS = fileURLToPath(new URL('fixtures/corpus/', import.meta.url))
const RUNS = fuzzRuns(40)
const KEPT = { cases: 3, repetitions: 2, intervals: 2 }

const originals = readdirSync(GOLDEN).map((name) =>
  small(unfolded(readFileSync(join(GOLDEN, name)))),
)

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-fuzz-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function unfolded(bytes: Buffer): ResultDocument {
  return JSON.parse(gunzipSync(bytes).toString('utf8'))
}

/** Enough of a document for all that is in it. */
function small(doc: ResultDocument): ResultDocument {
  const cases = doc.cases.slice(0, KEPT.cases).map((one) => ({
    ...one,
    repetitions: one.repetitions.slice(0, KEPT.repetitions).map((repetition) => ({
      ...repetition,
      intervals: repetition.intervals.slice(0, KEPT.intervals),
    })),
  }))
  return { ...doc, plannedRepetitions: KEPT.repetitions, cases }
}

/** Reads `content` from a file, and makes of it what can be made; whether anything can. */
async function pass(content: string | Uint8Array, original: ResultDocument): Promise<boolean> {
  const path = join(folder, 'fuzzed.json')
  writeFileSync(path, content)
  const doc = await readResult(path).catch((error) => {
    expectTold(error)
    return null
  })
  if (doc === null) return false
  for (const sentence of [...contradictionsOf(doc), ...validate(doc)]) expectText(sentence)
  const base = { file: 'base.json', doc: { ...original, id: crypto.randomUUID() } }
  expectOutputs({ file: 'fuzzed.json', doc }, base)
  return true
}

const original = fc.constantFrom(...originals)

describe('a result', () => {
  test('as it is passes, and no less of it is made than is asked for', async () => {
    for (const doc of originals) expect(await pass(JSON.stringify(doc), doc)).toBe(true)
  })

  test('with changes in it makes nothing fail, and no reader obey', async () => {
    await fc.assert(
      fc.asyncProperty(original, mutations, async (doc, changes) => {
        await pass(JSON.stringify(mutated(doc, changes)), doc)
      }),
      { numRuns: RUNS },
    )
  })

  test('with other bytes makes nothing fail', async () => {
    await fc.assert(
      fc.asyncProperty(original, damages, fc.boolean(), async (doc, damage, isFolded) => {
        const text = Buffer.from(JSON.stringify(doc))
        await pass(damaged(isFolded ? gzipSync(text, { level: 1 }) : text, damage), doc)
      }),
      { numRuns: RUNS },
    )
  })

  test.each(readdirSync(CORPUS))('of the corpus, %s, makes nothing fail', async (name) => {
    const [doc] = originals
    if (doc === undefined) throw new Error('there are golden files')
    const isRead = await pass(readFileSync(join(CORPUS, name)), doc)
    expect(isRead).toBe(!name.startsWith('refused-'))
  })
})

test('a comparison with changes in it is valid or is not, and nothing fails', () => {
  const [doc] = originals
  if (doc === undefined) throw new Error('there are golden files')
  const other = { ...doc, id: crypto.randomUUID() }
  const options = { across: null, forced: true, gates: [] }
  const compared = compareResults({ file: 'a', doc }, [{ file: 'b', doc: other }], options)
  fc.assert(
    fc.property(mutations, (changes) => {
      const json = JSON.parse(
        JSON.stringify(mutated(JSON.parse(JSON.stringify(compared)), changes)),
      )
      const issues = issuesOf(compareSchema, json, COMPARE_LISTS)
      expect(issues.length > 0).toBe(!compareSchema.safeParse(json).success)
    }),
    { numRuns: RUNS },
  )
})
