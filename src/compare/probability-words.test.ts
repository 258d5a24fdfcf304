import { expect, test } from 'vitest'
import { preciseProbability, probabilityWords } from './probability-words.js'

test.each([
  [0.0496, '0.0496', '0.0496'],
  [0.049996, '0.049996', '0.049996'],
  [0.0494, '0.049', '0.049'],
  [0.05, '0.050', '0.050'],
  [0.0504, '0.050', '0.050'],
  [0.000_99, '<0.001', '0.00099'],
  [0.001, '0.001', '0.0010'],
  [1, '1.000', '1.0'],
  [0.25, '0.250', '0.25'],
])('p = %s is %s, and %s in a sentence', (p, words, precise) => {
  expect(probabilityWords(p)).toBe(words)
  expect(preciseProbability(p)).toBe(precise)
})
