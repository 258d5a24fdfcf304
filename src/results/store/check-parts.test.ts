import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { documentOf, mixedCases } from '../fixtures/documents.js'
import { resultSchema } from '../schema/schema.js'
import { issuesOf, RESULT_LISTS } from './check-parts.js'

const doc = documentOf(mixedCases(), 2)
const check = (document: unknown) => issuesOf(resultSchema, document, RESULT_LISTS)

/** What the schema as a whole finds. */
function whole(document: unknown) {
  return resultSchema.safeParse(document).error?.issues ?? []
}

function changed(change: (document: ReturnType<typeof copy>) => void): unknown {
  const document = copy()
  change(document)
  return document
}
// biome-ignore lint/suspicious/noExplicitAny: it is going to be no result any more
const copy = (): any => structuredClone(doc)

describe('a document part by part', () => {
  test.each<[string, unknown]>([
    ['that is valid', doc],
    ['that is none', 5],
    ['without its cases', changed((d) => delete d.cases)],
    ['whose cases are no list', changed((d) => (d.cases = { length: 3 }))],
    ['with a wrong id', changed((d) => (d.id = 'x'))],
    ['with a wrong case', changed((d) => (d.cases[2].transport = 'pigeon'))],
    ['with a wrong repetition', changed((d) => (d.cases[1].repetitions[1].index = -1))],
    ['with a wrong interval', changed((d) => (d.cases[0].repetitions[0].intervals[0] = null))],
    ['with a case that is none', changed((d) => (d.cases[3] = 'x'))],
  ])('%s is judged as in one', (_, document) => {
    const found = check(document).map(({ path, message }) => ({ path, message }))
    expect(found).toEqual(whole(document).map(({ path, message }) => ({ path, message })))
  })

  test('ends with the first part that is not valid', () => {
    const document = changed((d) => (d.cases = Array.from({ length: 100_000 }, () => ({}))))
    const issues = check(document)
    expect(issues.length).toBeLessThan(20)
    expect(issues.every(({ path }) => path[0] === 'cases' && path[1] === 0)).toBe(true)
  })

  test('is told to the first fault where many may be wrong, however they are nested', () => {
    const inner = Array.from({ length: 150_000 }, () => 7)
    const schema = z.object({ outer: z.array(z.object({ inner: z.array(z.string()) })) })
    const issues = issuesOf(schema, { outer: [{ inner }] }, {})
    expect(issues).toMatchObject([{ path: ['outer', 0, 'inner', 0] }])
    const many = changed((d) => (d.environment.client.rdma = inner.map(() => ({}))))
    expect(check(many).length).toBeLessThan(100)
  })

  test('is not looked into where one holds more than any has', () => {
    const document = changed((d) => (d.flags = Array.from({ length: 300_000 }, () => ({}))))
    expect(check(document)).toEqual([{ path: [], message: 'holds more than 200,000 values' }])
  })
})
