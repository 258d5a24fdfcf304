import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildDir, ensureBuildDir } from './paths.mjs'
import { note } from './report.mjs'

const POLL_MS = 200

/** Lets one set-up at a time change the checkout; resolves with the function that lets go. */
export async function holdLock() {
  ensureBuildDir()
  const lock = `${buildDir}/setup.lock`
  for (let waited = false; !tryTake(lock); ) {
    if (holder(lock) === 'dead') {
      takeAway(lock)
      continue
    }
    if (!waited) note('another set-up is at work here (build/setup.lock), waiting for it')
    waited = true
    await sleep(POLL_MS)
  }
  const release = () => rmSync(lock, { force: true })
  process.once('exit', release)
  return release
}

/** Linking a finished file: nobody ever sees a lock that does not name its holder yet. */
function tryTake(lock) {
  const mine = `${lock}.${process.pid}`
  writeFileSync(mine, String(process.pid))
  try {
    linkSync(mine, lock)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    return false
  } finally {
    rmSync(mine, { force: true })
  }
}

function holder(lock) {
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0)
    return 'alive'
  } catch (error) {
    if (error.code === 'ENOENT') return 'gone'
    return error.code === 'EPERM' ? 'alive' : 'dead'
  }
}

/** Of several that find the same dead lock only one may remove it: a directory is made by one. */
function takeAway(lock) {
  const turn = `${lock}.turn`
  try {
    mkdirSync(turn)
  } catch {
    return
  }
  if (holder(lock) === 'dead') rmSync(lock, { force: true })
  rmSync(turn, { recursive: true })
}
