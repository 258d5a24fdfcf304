import { describe, expect, test } from 'vitest'
import { documentOf, mixedCases } from '../results/fixtures/documents.js'
import { validate } from './validate.js'

const doc = documentOf(mixedCases(), 1)

function withMember(member: object): object {
  return Object.defineProperties({ ...doc }, Object.getOwnPropertyDescriptors(member))
}
function never(): never {
  throw new Error('nothing of a document is run')
}
function cycle(): object {
  const one: Record<string, unknown> = { ...doc }
  one.environment = one
  return one
}
function nested(depth: number): object {
  let one: object = {}
  for (let i = 0; i < depth; i++) one = { a: one }
  return one
}
/** Of 60 objects, 2^60 to who walks it. */
function laughing(): object {
  let one: object = {}
  for (let i = 0; i < 60; i++) one = { a: one, b: one }
  return { ...doc, unknown: one }
}

test('a result is valid', () => {
  expect(validate(doc)).toEqual([])
})

test('what is wrong is said with its place', () => {
  expect(validate({ ...doc, status: 'fine' })).toEqual([expect.stringMatching(/^status: /)])
})

describe('a document that is no plain data is refused in a sentence, and nothing of it run', () => {
  test.each<[string, unknown, RegExp]>([
    ['a proxy', new Proxy({}, { get: never, ownKeys: never, getPrototypeOf: never }), /is a proxy/],
    ['one within', { ...doc, cases: [new Proxy([], { get: never })] }, /is a proxy, or holds one/],
    [
      'an accessor',
      withMember({
        get cases() {
          return never()
        },
      }),
      /computed: cases/,
    ],
    ['what contains itself', cycle(), /or contains itself/],
    ['what is too deep', { ...doc, unknown: nested(100) }, /nested too deep/],
    ['what is deeper than a stack', { ...doc, unknown: nested(1e6) }, /nested too deep/],
    ['what unfolds without end', laughing(), /holds more than/],
    ['an endless list', { ...doc, cases: new Array(2 ** 32 - 1) }, /holds more than/],
    ['toJSON', { toJSON: never }, /schema/],
    ['a value that compares itself', { ...doc, id: { [Symbol.toPrimitive]: never } }, /^id: /],
    ['a number out of range', { ...doc, plannedRepetitions: 10n }, /^plannedRepetitions: /],
    ['nothing', undefined, /./],
    ['a function', never, /./],
  ])('%s', (_, document, says) => {
    const found = validate(document)
    expect(found.length).toBeGreaterThan(0)
    expect(found.join('\n')).toMatch(says)
  })
})
