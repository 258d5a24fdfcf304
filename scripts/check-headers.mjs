// Every header of native/ compiles alone, with clang and libc++, and with --all with GCC too, which takes
// five times as long: a header that lives on what another one happens to include stops the build of the
// next distribution. Without clang, with GCC.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { clangWithLibcxx, gcc } from './headers/compilers.mjs'
import { compileAlone, headersIn, keyOf } from './headers/headers.mjs'
import { buildDir, ensureBuildDir, root } from './setup/paths.mjs'
import { explained } from './setup/report.mjs'
import { installForHeaders } from './setup/system-packages.mjs'

/** How many lines of a complaint are shown: the first one says what is missing. */
const SHOWN_LINES = 4

const folder = `${root}/native`
const kept = `${buildDir}/headers.txt`

await explained(async () => {
  await installForHeaders()
  ensureBuildDir()
  const fine = new Set(existsSync(kept) ? readFileSync(kept, 'utf8').split('\n') : [])
  const stillFine = new Set()
  const clang = clangWithLibcxx()
  const isAll = process.argv.includes('--all')
  const compilers = [
    ...(clang === undefined ? [] : [clang]),
    ...(isAll || clang === undefined ? [gcc()] : []),
  ]
  for (const compiler of compilers) await check(compiler, fine, stillFine)
  writeFileSync(kept, lines([...stillFine]))
})

/** What was found fine and has not changed since is left alone. */
async function check(compiler, fine, stillFine) {
  const keys = new Map(headersIn(folder).map((name) => [name, keyOf(folder, name, compiler)]))
  const headers = [...keys.keys()].filter((name) => !fine.has(keys.get(name)))
  for (const [name, key] of keys) if (!headers.includes(name)) stillFine.add(key)
  await compileAlone(folder, headers, compiler, ([name, complaint]) => {
    if (complaint === '') {
      stillFine.add(keys.get(name))
      // At once: a check that is interrupted has not been for nothing.
      appendFileSync(kept, lines([keys.get(name)]))
      return
    }
    process.exitCode = 1
    const shown = complaint.trimEnd().split('\n').slice(0, SHOWN_LINES)
    process.stdout.write(`headers: native/${name} alone, with ${compiler.name}:\n`)
    for (const line of shown) process.stdout.write(`    ${line}\n`)
  })
}

function lines(keys) {
  return keys.map((key) => `${key}\n`).join('')
}
