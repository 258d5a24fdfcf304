import { expect, test } from 'vitest'
import { seeded } from './fixtures/random.js'
import { matches } from './pattern.js'

const ref = (key: string) => ({ key, place: 'host' as const })

test.each([
  ['tcp/*', 'tcp/ping-pong/64B/block', true],
  ['*', '', true],
  ['**', 'tcp', true],
  ['tcp', 'tcp', true],
  ['tcp', 'tcp/stream', false],
  ['*/64B/*', 'tcp/ping-pong/64B/block', true],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['ab*ba', 'aba', false],
  ['*ab*ab', 'ab', false],
  ['*ab*ab', 'xabyab', true],
  ['t.p', 'tcp', false],
  ['t(c)p|x', 't(c)p|x', true],
  ['tcp/*\n*', 'tcp/a\nb', true],
  ['* (host)', 'tcp', true],
  ['* (lab)', 'tcp', false],
])('%s and %s: %s', (pattern, key, expected) => {
  expect(matches(pattern, ref(key))).toBe(expected)
})

test('is what a regular expression of the same meaning says', () => {
  const random = seeded(7)
  const letters = (of: string, most: number) =>
    Array.from(
      { length: Math.floor(random() * most) },
      () => of[Math.floor(random() * of.length)],
    ).join('')
  for (let i = 0; i < 5000; i++) {
    const [pattern, key] = [letters('ab*', 8), letters('ab', 10)]
    const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(key)
    // The place stands beside the key, as a name of its own: a pattern that ends in a star takes it too.
    if (!pattern.endsWith('*'))
      expect(matches(pattern, ref(key)), `${pattern} of ${key}`).toBe(expected)
  }
})

test('looks at each letter a number of times that does not grow with the stars', () => {
  // A regular expression of six stars tries all ways to deal out the letters: half a minute for a name of this length, and for thirty stars no end.
  const name = 'a'.repeat(5_000)
  for (const stars of [6, 30]) {
    expect(matches(`${'*a'.repeat(stars)}*b`, ref(name))).toBe(false)
    expect(matches(`${'*a'.repeat(stars)}*`, ref(name))).toBe(true)
  }
})
