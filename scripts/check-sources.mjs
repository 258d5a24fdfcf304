// Every source of native/ is compiled: one that neither binding.gyp nor native/together names is dead code,
// and a test of which nobody knows cannot fail. And no line there is longer than .clang-format says.
import { readdirSync, readFileSync } from 'node:fs'
import { root } from './setup/paths.mjs'

const read = (path) => readFileSync(`${root}/${path}`, 'utf8')
const sources = readdirSync(`${root}/native`, { recursive: true })
  .filter((name) => name.endsWith('.cc'))
  .map((name) => `native/${name}`)
  .sort()

// What stands in a comment is compiled by nobody.
const gyp = read('binding.gyp').replaceAll(/#.*$/gm, '')
const compiled = new Set(matches(gyp, /'(native\/[^']+\.cc)'/g))
for (const list of sources.filter((path) => path.startsWith('native/together/')))
  for (const path of matches(withoutComments(read(list)), /^#include "([^"]+\.cc)"$/gm))
    compiled.add(`native/${path}`)

for (const path of sources) {
  if (compiled.delete(path)) continue
  process.stdout.write(`sources: ${path} is compiled by nothing\n`)
  process.exitCode = 1
}
for (const path of compiled) {
  process.stdout.write(`sources: there is no ${path}\n`)
  process.exitCode = 1
}

const most = Number(/^ColumnLimit: (\d+)$/m.exec(read('.clang-format'))[1])
const texts = readdirSync(`${root}/native`, { recursive: true })
  .filter((name) => /\.(cc|h)$/.test(name))
  .map((name) => `native/${name}`)
for (const path of texts.sort()) {
  for (const [i, line] of read(path).split('\n').entries()) {
    // The name of a test cannot be broken.
    if (line.length <= most || line.startsWith('TEST("')) continue
    process.stdout.write(`sources: ${path}:${i + 1} is longer than ${most} columns\n`)
    process.exitCode = 1
  }
}

function withoutComments(text) {
  return text.replaceAll(/\/\*.*?\*\//gs, '').replaceAll(/\/\/.*$/gm, '')
}

function matches(text, pattern) {
  return [...text.matchAll(pattern)].map(([, path]) => path)
}
