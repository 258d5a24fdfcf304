import { describe, expect, test } from 'vitest'
import { peerError } from './errors.js'
import { fc } from './fixtures/property.js'
import {
  firstLine,
  harmless,
  harmlessLines,
  harmlessValue,
  parseForeignJson,
  printableJson,
} from './foreign.js'

/** What no output may hold but of ours: controls, and formats that a reader does not see. */
const HARMFUL = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u

describe('a text of others', () => {
  test.each([
    ['a sequence that clears a terminal', '\u001b[2Jgone', '␛[2Jgone'],
    ['one that C1 begins', '\u009b31mred', '\ufffd31mred'],
    ['a title, and a bell', '\u001b]0;title\u0007', '␛]0;title␇'],
    ['lines of its own', 'fine\r\nerror: no', 'fine␍␊error: no'],
    ['another direction', 'a\u202eb\u2066c\u2069d\u200fe', 'a\ufffdb\ufffdc\ufffdd\ufffde'],
    ['what is not seen', 'tcp\u200b\u00ad\ufeff\u{e0041}/x', 'tcp\ufffd\ufffd\ufffd\ufffd/x'],
    ['half a letter', 'a\ud800b', 'a\ufffdb'],
    ['what erases', 'a\b\u007fb', 'a␈␡b'],
  ])('%s is made visible', (_, text, seen) => {
    expect(harmless(text)).toBe(seen)
  })

  test('stays as it is where it is text, in whatever script', () => {
    const text = 'MTU 9000, µs → “große” 測試 тест اختبار 🚀 e\u0301'
    expect(harmless(text)).toBe(text)
  })

  test('holds nothing harmful afterwards, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(harmless(text)).not.toMatch(HARMFUL)
        expect(harmlessLines(text).replaceAll('\n', '')).not.toMatch(HARMFUL)
        expect(harmless(harmless(text))).toBe(harmless(text))
      }),
    )
  })

  test('has its first line told alone, before and after', () => {
    expect(firstLine('no lab\nconsole: …')).toBe('no lab')
    expect(firstLine(harmless('no lab\nconsole: …'))).toBe('no lab')
  })
})

describe('JSON of others', () => {
  test('has no harmful text, escaped or not, in values and in names', () => {
    const text = '{"\\u001b[1m":["\\u202e", {"a":"x\u009by"}], "b": "\\n"}'
    expect(parseForeignJson(text)).toEqual({ '␛[1m': ['\ufffd', { a: 'x\ufffdy' }], b: '␊' })
  })

  test('is else what JSON says', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = JSON.stringify(value)
        expect(parseForeignJson(text)).toEqual(harmlessValue(JSON.parse(text)))
      }),
    )
    expect(parseForeignJson('{"a":[1,2,null,true,"b"]}')).toEqual({ a: [1, 2, null, true, 'b'] })
  })

  test('reaches no prototype', () => {
    const value = parseForeignJson('{"__proto__":{"polluted":"\\u0007"}}') as object
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(JSON.stringify(value)).toBe('{"__proto__":{"polluted":"␇"}}')
  })
})

test('what is printed as JSON is obeyed by no terminal, and read as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      const text = printableJson(value)
      expect(text.replaceAll('\n', '')).not.toMatch(HARMFUL)
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})

test('no error of ours carries a sequence, whatever it is made of', () => {
  const error = peerError('XRB_PROTOCOL', '\u001b[2J is not there.', { hint: 'rm \u202egpj.sh' })
  expect(error.message).toBe('␛[2J is not there.')
  expect(error.hint).toBe('rm \ufffdgpj.sh')
})
