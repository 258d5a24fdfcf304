import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { compareJsonSchema } from './json-schema.js'

test('the published schema is the one the code has (npm run schema)', () => {
  const path = new URL('../../results/compare-1.schema.json', import.meta.url)
  expect(readFileSync(path, 'utf8')).toBe(compareJsonSchema())
})
