import { expect, test } from 'vitest'
import { fc } from '../../fixtures/property.js'
import { NamesWithin } from './names-within.js'

const marked = (names: readonly string[], text: string) =>
  new NamesWithin(names).replaceAll(text, (name) => `<${name}>`)

test.each([
  [['left'], 'left, left-1, at.left, left.', '<left>, left-1, at.left, <left>.'],
  [['/a', '/a/b'], '/a/b /a/c', '</a/b> </a>/c'],
  [['/a', '/a/b'], '/a/bc', '</a>/bc'],
  [['$&', '('], 'of $& and (', 'of <$&> and <(>'],
  [['', 'x'], 'x y', '<x> y'],
  [[], 'x', 'x'],
])('%j in %j', (names, text, expected) => {
  expect(marked(names, text)).toBe(expected)
})

test('it is what one pattern finds, the longest first', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '-', '/', ' ', '\u{1f600}') })
  fc.assert(
    fc.property(fc.array(text), text, (names, within) => {
      const longestFirst = names
        .filter((name) => name !== '')
        .toSorted((a, b) => b.length - a.length)
      const escaped = longestFirst.map((name) => name.replaceAll(/[./-]/g, '\\$&'))
      const pattern = new RegExp(`(?<![\\w.-])(?:${escaped.join('|')})(?![\\w-])`, 'g')
      const expected =
        escaped.length === 0 ? within : within.replaceAll(pattern, (name) => `<${name}>`)
      expect(marked(names, within)).toBe(expected)
    }),
  )
})
