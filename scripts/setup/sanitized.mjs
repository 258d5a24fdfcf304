import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { nodeGyp } from './addon.mjs'
import { holdLock } from './lock.mjs'
import { buildDir } from './paths.mjs'
import { explained, timed } from './report.mjs'
import { buildFailed } from './run-logged.mjs'

// node-gyp always writes to build/ beside the binding.gyp: a folder with links to the sources gives
// each sanitizer objects of its own, and make sees to it that only what changed is compiled again.
const sanitizer = process.argv[2]
const folder = `${buildDir}/${sanitizer}`

await explained(async () => {
  const release = await holdLock()
  try {
    linkSources()
    await timed(`building with ${sanitizer}`, async () => {
      const run = await nodeGyp(sanitizer, folder, [`--${sanitizer}=1`, '--build_tests=1'])
      if (run.code !== 0) throw buildFailed('C++', run)
    })
  } finally {
    release()
  }
})

function linkSources() {
  mkdirSync(folder, { recursive: true })
  for (const source of ['binding.gyp', 'native', 'node_modules', 'package.json']) {
    rmSync(`${folder}/${source}`, { force: true })
    symlinkSync(`../../${source}`, `${folder}/${source}`)
  }
}
