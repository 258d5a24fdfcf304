import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { contradictionsOf } from './check.js'
import { parametersSchema } from './schema-parameters.js'
import { readResult } from './store.js'

// Files as each stage of the format wrote them. None is ever edited; whoever adds members adds one.
const folder = fileURLToPath(new URL('fixtures/golden/', import.meta.url))
const files = readdirSync(folder)

test('there is a file of each stage of the format', () => {
  expect(files).toEqual([
    'rdma-and-places.json.gz',
    'sockets-only.json.gz',
    'variants-and-quic.json.gz',
  ])
})

describe.each(files)('%s', (name) => {
  test('is read, agrees with itself, and has what has been added since', async () => {
    const doc = await readResult(folder + name)
    expect(contradictionsOf(doc)).toEqual([])
    expect(doc.cases.length).toBeGreaterThan(1)
    for (const { parameters } of doc.cases) {
      const { requested, effective } = parameters
      expect(requested).toEqual(parametersSchema.parse(requested))
      expect(requested.quic === null || typeof requested.quic === 'object').toBe(true)
      expect(effective.client === null || 'quic' in effective.client).toBe(true)
    }
  })
})
