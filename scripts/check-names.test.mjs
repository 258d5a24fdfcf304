import { expect, test } from 'vitest'
import { checkPlanted } from './rooms/planted.mjs'

const check = (files) => checkPlanted('check-names.mjs', files)
const TAKER = "import { one, type Two } from './a.js'\n"

test('a name that two files export is found', () => {
  const { status, problems } = check({
    'src/a.ts': 'export const one = 1\nexport interface Two {}\n',
    'src/b.ts': 'export function one() {}\n',
    'src/c.ts': TAKER,
  })
  expect(status).toBe(1)
  expect(problems).toEqual(['one is exported by src/a.ts and src/b.ts: one name, one meaning'])
})

test('what is handed on is no second one', () => {
  const files = {
    'src/a.ts': 'export const one = 1\nexport interface Two {}\n',
    'src/b.ts': "export { one, type Two } from './a.js'\nexport type * from './a.js'\n",
  }
  expect(check(files)).toEqual({ status: 0, problems: [] })
})

test('an export that nobody takes is found', () => {
  const files = {
    'src/a.ts': 'export const one = 1\nexport type Two = 2\nexport async function three() {}\n',
    'src/b.ts': TAKER,
  }
  expect(check(files).problems).toEqual(['src/a.ts: nobody takes three: no export'])
  expect(check({ ...files, 'src/b.test.ts': "import { three } from './a.js'\n" }).problems).toEqual(
    [],
  )
})

test.each([
  ['later', "const { three } = await import('./a.js')\n"],
  ['by another name', "const { three: other } = await import('./a.js')\n"],
  ['as a member', "const x = (await import('./a.js')).three\n"],
  ['when it is there', "void import('./a.js').then(({ three }) => three())\n"],
  ['as a member of the whole', "import * as a from './a.js'\na.three()\n"],
  ['as a type', "let x: import('./a.js').three\n"],
])('one that is taken %s is not', (_, text) => {
  const files = { 'src/a.ts': 'export function three() {}\n', 'src/b.ts': text }
  expect(check(files).problems).toEqual([])
})

test('one that a script takes from what is built is not', () => {
  const script = 'const { three } = await import(`$' + '{root}/dist/a.js`)\n'
  const files = { 'src/a.ts': 'export function three() {}\n', 'scripts/x.mjs': script }
  expect(check(files).problems).toEqual([])
})
