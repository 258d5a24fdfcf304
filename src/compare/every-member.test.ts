import { describe, expect, test } from 'vitest'
import { effectiveSchema } from '../results/schema/granted.js'
import { parametersSchema } from '../results/schema/parameters.js'
import { environmentSchema } from '../results/schema/schema.js'
import { compareResults } from './compare.js'
import {
  EFFECTIVE_NOT_COMPARED,
  ENVIRONMENT_NOT_COMPARED,
  type NotCompared,
  REQUESTED_NOT_COMPARED,
} from './fixtures/not-compared.js'
import { leavesOf } from './fixtures/schema-leaves.js'
import { caseIn, sourceOf, TCP } from './fixtures/sources.js'
import type { Source } from './source.js'

type Put = (source: Source, value: unknown) => void

const PARTS = {
  environment: {
    schema: environmentSchema,
    exempt: ENVIRONMENT_NOT_COMPARED,
    put: ({ doc }, value) => Object.assign(doc.environment, { client: value }),
  },
  'parameters as requested': {
    schema: parametersSchema,
    exempt: REQUESTED_NOT_COMPARED,
    put: (source, value) => Object.assign(caseIn(source, TCP).parameters, { requested: value }),
  },
  'settings as granted': {
    schema: effectiveSchema,
    exempt: EFFECTIVE_NOT_COMPARED,
    put: (source, value) =>
      Object.assign(caseIn(source, TCP).parameters.effective, { client: value }),
  },
} satisfies Record<
  string,
  { schema: Parameters<typeof leavesOf>[0]; exempt: NotCompared; put: Put }
>

describe.each(Object.entries(PARTS))('of the %s', (_, { schema, exempt, put }) => {
  const { sample, leaves } = leavesOf(schema)
  const base = sourceOf([1, 1.1, 0.9], { keys: [TCP] })
  put(base, sample)
  const isTold = (value: unknown) => {
    const other = sourceOf([1, 1.1, 0.9], { keys: [TCP] })
    put(other, value)
    const options = { across: null, forced: false, gates: [] }
    return (compareResults(base, [other], options).comparisons[0]?.differences ?? []).length > 0
  }

  test('the sample is valid, and differs from itself in nothing', () => {
    expect(schema.parse(sample)).toEqual(sample)
    expect(isTold(structuredClone(sample))).toBe(false)
  })

  test('every member is compared, or listed with the reason why not', () => {
    const forgotten = leaves.filter(({ path, other }) => !(path in exempt) && !isTold(other))
    expect(forgotten.map(({ path }) => path)).toEqual([])
  })

  test('the list has no member that is compared, or is none', () => {
    const silent = leaves.filter(({ other }) => !isTold(other)).map(({ path }) => path)
    expect(Object.keys(exempt).filter((path) => !silent.includes(path))).toEqual([])
  })
})
