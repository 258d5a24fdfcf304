import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { root } from './setup/paths.mjs'

const config = readFileSync(`${root}/vitest.config.ts`, 'utf8')
const PATTERNS = [...config.matchAll(/'([^'\n]*\.test\.[^'\n]*)'/g)].map(([, pattern]) => pattern)
const TESTS = ['bench', 'scripts', 'src'].flatMap((folder) =>
  readdirSync(`${root}/${folder}`, { recursive: true })
    .filter((name) => /\.test\.\w+$/.test(name) && !name.includes('node_modules/'))
    .map((name) => `${folder}/${name}`),
)
const NIGHTLY = readFileSync(`${root}/scripts/nightly.mjs`, 'utf8')

/** `src/{a,b}.ts`: `src/a.ts` and `src/b.ts`. */
function alternativesOf(pattern) {
  const [all, before, list, after] = /^([^{]*)\{([^}]*)\}(.*)$/.exec(pattern) ?? []
  if (all === undefined) return [pattern]
  return list.split(',').flatMap((one) => alternativesOf(`${before}${one}${after}`))
}

function matches(glob, file) {
  const inRegExp = { '**/': '(?:.*/)?', '*': '[^/]*', '.': '\\.' }
  return new RegExp(`^${glob.replace(/\*\*\/|\*|\./g, (part) => inRegExp[part])}$`).test(file)
}

test.each(PATTERNS)('%s has tests, each of its alternatives', (pattern) => {
  const empty = alternativesOf(pattern).filter((glob) => !TESTS.some((file) => matches(glob, file)))
  expect(empty).toEqual([])
})

test('each test that is run at night is there', () => {
  const named = [...NIGHTLY.matchAll(/'(src\/[^']*\.test\.ts)'/g)].map(([, file]) => file)
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter((file) => !TESTS.includes(file))).toEqual([])
})

test('each test that can draw more than it does by day draws it at night', () => {
  const drawing = TESTS.filter(
    (file) =>
      !file.startsWith('src/fixtures/') &&
      /\bfuzzRuns\(\d/.test(readFileSync(`${root}/${file}`, 'utf8')),
  )
  expect(drawing.length).toBeGreaterThan(3)
  expect(drawing.filter((file) => !NIGHTLY.includes(`'${file}': `))).toEqual([])
})

test('each test of the tree is in a list', () => {
  const globs = PATTERNS.flatMap(alternativesOf)
  expect(globs.length).toBeGreaterThan(10)
  expect(TESTS.filter((file) => !globs.some((glob) => matches(glob, file)))).toEqual([])
})
