import { expect, it } from 'vitest'
import { valuesIn } from './value-count.js'

it.each([
  [7, 1],
  [null, 1],
  [[], 1],
  [{}, 1],
  [[1, [2, 3], {}], 6],
  [{ a: 1, b: { c: [null, 'x'] } }, 6],
])('%j holds %i values', (value, count) => {
  expect(valuesIn(value, 100)).toBe(count)
  expect(valuesIn(value, count)).toBe(count)
  if (count > 1) expect(valuesIn(value, count - 1)).toBe(count)
})

it('counts no further than to one more than asked, however long or deep it is', () => {
  const nested = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`)
  expect(valuesIn(nested, 1e6)).toBe(5_000)
  expect(valuesIn(nested, 100)).toBe(101)
  expect(valuesIn(Array(1e6).fill(0), 100)).toBe(101)
  const names = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`n${i}`, {}]))
  expect(valuesIn(names, 100)).toBe(101)
})
