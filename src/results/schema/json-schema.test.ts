import { readFileSync } from 'node:fs'
import Ajv2020 from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, test } from 'vitest'
import { documentOf, mixedCases } from '../fixtures/documents.js'
import { quietMachine } from '../fixtures/environments.js'
import { quicPerfJsonSchema, resultJsonSchema } from './json-schema.js'
import { environmentSchema, type ResultDocument, resultSchema } from './schema.js'

const published = readFileSync(
  new URL('../../../results/result-1.schema.json', import.meta.url),
  'utf8',
)

test('the published schema is the one the code has (npm run schema)', () => {
  expect(published).toBe(resultJsonSchema())
})

test('so is that of quic-perf', () => {
  const file = new URL('../../../results/quic-perf-1.schema.json', import.meta.url)
  expect(readFileSync(file, 'utf8')).toBe(quicPerfJsonSchema())
})

test('every member of the format is published with its meaning or a name that says it', () => {
  expect(published).toContain('the whole round trip, never halved')
  expect(JSON.parse(published).$id).toBe('urn:xrbench:result:1')
})

describe('an independent validator', () => {
  let validate: (document: unknown) => boolean
  let doc: ResultDocument
  beforeAll(() => {
    const ajv = new Ajv2020.default({ strict: true, allErrors: true, validateFormats: false })
    validate = ajv.compile(JSON.parse(published))
    doc = documentOf(mixedCases())
  })

  test('accepts what xrbench writes', () => {
    expect(validate(JSON.parse(JSON.stringify(doc)))).toBe(true)
  })

  test('accepts members that a later version adds', () => {
    expect(validate({ ...doc, weather: 'rain' })).toBe(true)
  })

  const wrong: [string, (doc: ResultDocument) => object][] = [
    ['another format', (d) => ({ ...d, schema: 'xrbench.result/2' })],
    ['a missing member', ({ cases: _, ...d }) => d],
    ['a null where a number belongs', (d) => ({ ...d, plannedRepetitions: null })],
    ['a flag nobody knows', (d) => ({ ...d, flags: ['haunted'] })],
    ['a half round trip', (d) => replaceSpans(d, 'half')],
  ]
  test.each(wrong)('refuses %s, as zod does', (_, change) => {
    const changed = change(doc)
    expect(validate(changed)).toBe(false)
    expect(resultSchema.safeParse(changed).success).toBe(false)
  })
})

function replaceSpans(doc: ResultDocument, spans: string): object {
  return JSON.parse(JSON.stringify(doc).replaceAll('round-trip', spans))
}

describe('an environment from a far end', () => {
  const machine = quietMachine()

  test.each([
    ['a name without end', { ...machine, hostname: 'x'.repeat(257) }],
    ['too many devices', { ...machine, rdma: Array.from({ length: 65 }, () => ({ name: 'r' })) }],
    ['too many settings', { ...machine, sysctls: Object.fromEntries(numbered(129)) }],
    [
      'a number that is none',
      { ...machine, memory: { totalBytes: Number.NaN, availableBytes: 1 } },
    ],
    ['an array', []],
  ])('is refused with %s', (_, sent) => {
    expect(environmentSchema.safeParse(sent).success).toBe(false)
  })

  test('loses members that are unknown here', () => {
    expect(environmentSchema.parse({ ...machine, shoe: 'size'.repeat(9_999) })).toEqual(machine)
  })
})

function numbered(count: number): [string, string][] {
  return Array.from({ length: count }, (_, i) => [`net.${i}`, '1'])
}
