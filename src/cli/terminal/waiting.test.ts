import { expect, it } from 'vitest'
import { waitingWords } from './waiting.js'

it.each([
  [1, 0, 'place 1, any moment'],
  [1, 4_200, 'place 1, about 5 s'],
  [2, 180_000, 'place 2, about 3 min'],
  [2, 4 * 3600_000, 'place 2, about 4 h'],
  [15, null, 'place 15, nobody knows how long'],
])('place %i, %s ms', (position, aboutMs, words) => {
  expect(waitingWords(position, aboutMs)).toBe(words)
})
