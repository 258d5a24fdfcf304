import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { nodeGyp } from './addon.mjs'
import { buildDir } from './paths.mjs'

const SOURCES = ['binding.gyp', 'native', 'node_modules', 'package.json']

/**
 * Builds the addon with other options in build/NAME; resolves with how it ended and where its files are. node-gyp always writes to build/
 * beside the binding.gyp: a folder with links to the sources gives it objects of its own, and make sees to it that only what changed is
 * compiled again.
 */
export async function buildApart(name, variables, options = {}) {
  const folder = `${buildDir}/${name}`
  mkdirSync(folder, { recursive: true })
  for (const source of SOURCES) {
    rmSync(`${folder}/${source}`, { force: true })
    symlinkSync(`../../${source}`, `${folder}/${source}`)
  }
  const run = await nodeGyp(name, folder, variables, options)
  return { run, release: `${folder}/build/Release` }
}
