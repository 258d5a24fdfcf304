// A test without an expectation passes whatever the code does.
import { readdirSync, readFileSync } from 'node:fs'
import { problemsOfCpp } from './expectations/cpp.mjs'
import { problemsOfTypeScript } from './expectations/typescript.mjs'
import { root } from './setup/paths.mjs'

const KINDS = [
  [/\.test\.(ts|mjs)$/, problemsOfTypeScript],
  [/_test\.cc$/, problemsOfCpp],
]

for (const folder of ['src', 'scripts', 'bench', 'native']) {
  for (const name of readdirSync(`${root}/${folder}`, { recursive: true }).sort()) {
    const problemsOf = KINDS.find(([ending]) => ending.test(name))?.[1]
    if (problemsOf === undefined || name.includes('node_modules/')) continue
    const path = `${folder}/${name}`
    for (const { line, problem } of problemsOf(readFileSync(`${root}/${path}`, 'utf8'), path)) {
      process.stdout.write(`expectations: ${path}:${line}: ${problem}\n`)
      process.exitCode = 1
    }
  }
}
