import { mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { root } from './paths.mjs'

const TARGET = '../../dist/cli/main.js'

/** `npx xrbench` in the checkout: npm links the commands of dependencies, never those of the root. */
export function linkCommand() {
  const link = `${root}/node_modules/.bin/xrbench`
  if (targetOf(link) === TARGET) return false
  mkdirSync(`${root}/node_modules/.bin`, { recursive: true })
  rmSync(link, { force: true })
  symlinkSync(TARGET, link)
  return true
}

function targetOf(link) {
  try {
    return readlinkSync(link)
  } catch {
    return undefined
  }
}
