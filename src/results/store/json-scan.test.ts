import { expect, test } from 'vitest'
import { fc } from '../../fixtures/property.js'
import { JsonScan } from './json-scan.js'

const NONE = { maxValues: 1e9, maxDepth: 1e9 }

function scan(text: string, limits = NONE, cut = text.length): string | null {
  const one = new JsonScan(limits)
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += cut) {
    const excess = one.push(bytes.subarray(at, at + cut))
    if (excess !== null) return excess
  }
  return null
}

/** How many values there are, containers included, each counted by its comma or its opening; and how deep. */
function sizeOf(value: unknown): { values: number; depth: number } {
  if (typeof value !== 'object' || value === null) return { values: 0, depth: 0 }
  const within = Object.values(value).map(sizeOf)
  const values = within.reduce((sum, one) => sum + one.values, 1)
  const depth = Math.max(0, ...within.map((one) => one.depth))
  return { values: values + Math.max(0, within.length - 1), depth: depth + 1 }
}

test('counts what is there, whatever is in texts, and wherever the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ stringUnit: 'binary' }),
      fc.integer({ min: 1, max: 9 }),
      (value, cut) => {
        const { values, depth } = sizeOf(JSON.parse(JSON.stringify(value)))
        for (const text of [JSON.stringify(value), JSON.stringify(value, null, 2)]) {
          expect(scan(text, { maxValues: values, maxDepth: depth }, cut)).toBeNull()
          if (values > 0) expect(scan(text, { ...NONE, maxValues: values - 1 }, cut)).not.toBeNull()
          if (depth > 0) expect(scan(text, { ...NONE, maxDepth: depth - 1 }, cut)).not.toBeNull()
        }
      },
    ),
  )
})

test('says what is too much', () => {
  expect(scan('[[[]]]', { ...NONE, maxDepth: 2 })).toBe('is nested more than 2 deep')
  expect(scan('[1,2,3]', { ...NONE, maxValues: 2 })).toBe('holds more than 2 values')
})
