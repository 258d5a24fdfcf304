import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { flagsFor } from './compilers.mjs'

/** All headers below `folder`, named from there, as sources include them. */
export function headersIn(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.h'))
    .sort()
}

/** Changes with a header, with whatever of ours it includes, and with the compiler. */
export function keyOf(folder, header, compiler) {
  const flags = flagsFor('')
  const hash = createHash('sha256').update(JSON.stringify([compiler, flags]))
  for (const name of closureOf(folder, header)) hash.update(name).update(read(folder, name))
  return hash.digest('hex')
}

function closureOf(folder, header) {
  const found = new Set([header])
  for (const name of found) {
    for (const [, included] of read(folder, name).matchAll(/^#include "(.+)"/gm)) {
      if (existsSync(`${folder}/${included}`)) found.add(included)
    }
  }
  return [...found].sort()
}

function read(folder, name) {
  return readFileSync(`${folder}/${name}`, 'utf8')
}

/** Compiles each header alone, as many at once as there are processors. Calls `tell` with each `[header, complaint]`, `''` when it has none. */
export async function compileAlone(folder, headers, compiler, tell) {
  const waiting = [...headers]
  const worker = async () => {
    for (let header = waiting.shift(); header !== undefined; header = waiting.shift()) {
      tell([header, await complaintOf(folder, header, compiler)])
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
}

/** From a source of one line: a header that is compiled itself is warned of its `#pragma once`. */
function complaintOf(folder, header, { command, args }) {
  const all = [...args, ...flagsFor(folder), '-x', 'c++', '-']
  return new Promise((resolve, reject) => {
    const child = spawn(command, all, { stdio: ['pipe', 'ignore', 'pipe'] })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text
    })
    child.on('error', reject)
    child.on('close', (code) => resolve(code === 0 ? '' : stderr || `exit ${code}\n`))
    child.stdin.end(`#include "${header}"\n`)
  })
}
