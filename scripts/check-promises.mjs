// SECURITY.md says what nobody of whom may do, and which test holds it: each of these has a promise, and each promise has tests that are there.
import { existsSync, readFileSync } from 'node:fs'
import { problemsOf } from './promises/problems.mjs'
import { root } from './setup/paths.mjs'

const read = (file) =>
  existsSync(`${root}/${file}`) ? readFileSync(`${root}/${file}`, 'utf8') : null

for (const problem of problemsOf(read('SECURITY.md'), read)) {
  process.stdout.write(`promises: ${problem}\n`)
  process.exitCode = 1
}
