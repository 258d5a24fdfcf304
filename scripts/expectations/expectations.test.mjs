import { expect, test } from 'vitest'
import { problemsOfCpp } from './cpp.mjs'
import { problemsOfTypeScript } from './typescript.mjs'

const inTypeScript = (text) => problemsOfTypeScript(text, 'a.test.ts')

test.each([
  ['none at all', "it('ends', async () => { await gone() })"],
  ['none in any case', "it.each([1, 2])('ends %i', (n) => { end(n) })"],
  ['none in the function of the file', "const run = () => end()\ntest('ends', () => run())"],
  ['none in a function by name', "function run() { end() }\ntest('ends', run)"],
  ['the name alone', "it('ends', ({ expect }) => { end(expect) })"],
])('a test that expects nothing is told: %s', (_, text) => {
  expect(inTypeScript(text)).toMatchObject([{ problem: 'a test without an expectation' }])
})

test.each([
  ["it('ends', () => { expect(1).toBe(1) })"],
  ["it('ends', () => expectGone(1))"],
  ["it('ends', () => { fc.assert(property) })"],
  ["const run = () => expect(1).toBe(1)\ntest('ends', () => { for (;;) run() })"],
  ["function run() { expect(1).toBe(1) }\ntest.each([1])('ends', run)"],
  ["it('fails', async () => { await expect(end()).rejects.toThrow() })"],
  ["it('fails', () => expect(end()).rejects.toThrow())"],
  ['text.matchAll(test)'],
])('one that does is not: %s', (text) => {
  expect(inTypeScript(text)).toEqual([])
})

test.each([
  ['an expect without a matcher', "it('ends', () => {\n  expect(1 > 2)\n})"],
  [
    'an expect of a promise that nobody waits for',
    "it('ends', () => {\n  expect(end()).rejects.toThrow()\n})",
  ],
])('%s is told with its line', (problem, text) => {
  expect(inTypeScript(text)).toEqual([{ line: 2, problem }])
})

test('a C++ test without a check is told with its line', () => {
  const empty = '// A word.\nTEST("a stop ends it") {\n  wait();\n}\n'
  expect(problemsOfCpp(empty)).toEqual([{ line: 2, problem: 'a test without an expectation' }])
})

test.each([
  'TEST("a") {\n  CHECK(true);\n}\n',
  'TEST("a") {\n  for_all([](int n) {\n    CHECK_EQ(n, 1);\n  });\n}\n',
  'template <bool kLossy>\nvoid found(int n) {\n  CHECK(n);\n}\n\nTEST("a") {\n  found<true>(1);\n}\n',
  'void refused(const Spec& spec) {\n  CHECK(spec);\n}\n\nTEST("a") {\n  refused({});\n}\n',
])('one with a check is not: %j', (text) => {
  expect(problemsOfCpp(text)).toEqual([])
})
