import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { buildDir, ensureBuildDir, root } from './paths.mjs'

/** A digest over names and contents of files and folders (relative to the checkout) and `facts`. */
export function digest(paths, facts = [], accepts = () => true) {
  const hash = createHash('sha256')
  for (const fact of facts) hash.update(`${fact}\0`)
  for (const path of paths.flatMap(filesUnder).filter(accepts)) {
    hash.update(`${path}\0`)
    hash.update(readFileSync(`${root}/${path}`))
  }
  return hash.digest('hex')
}

function filesUnder(path) {
  if (!existsSync(`${root}/${path}`)) return []
  if (!statSync(`${root}/${path}`).isDirectory()) return [path]
  return readdirSync(`${root}/${path}`)
    .sort()
    .flatMap((name) => filesUnder(`${path}/${name}`))
}

/** True when what `name` stands for was made from exactly these inputs and is still there. */
export function isFresh(name, inputs, outputs) {
  const stamp = `${buildDir}/${name}.stamp`
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== inputs) return false
  return outputs.every((output) => existsSync(`${root}/${output}`))
}

/** To be called after success only: a failed build leaves the old stamp, which no longer fits. */
export function markFresh(name, inputs) {
  ensureBuildDir()
  writeFileSync(`${buildDir}/${name}.stamp`, inputs)
}
