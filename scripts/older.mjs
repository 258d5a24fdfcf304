// npm run test:older
//
// An older xrbench and this one measure with one another, each as client and as agent, over every transport that both have. The older one is a commit of
// this repository's own history, built in the user's cache; a folder that has it already is named by XRBENCH_OLDER.
import { existsSync } from 'node:fs'
import { OLDER, olderBuild } from './older/older-build.mjs'
import { measureTogether, transportsOf } from './older/together.mjs'
import { root } from './setup/paths.mjs'
import { explained, SetupError } from './setup/report.mjs'

await explained(async () => {
  if (!existsSync(`${root}/dist/cli/main.js`))
    throw new SetupError('XRB_ADDON_MISSING', 'There is no build to test.', 'npm run setup')
  const older = await olderBuild()
  const known = new Set(transportsOf(older))
  const transports = transportsOf(root).filter((name) => known.has(name))
  const ways = [
    { title: `client ${OLDER}, agent of this build`, client: older, agent: root },
    { title: `client of this build, agent ${OLDER}`, client: root, agent: older },
    { title: 'both of this build', client: root, agent: root },
  ]
  let isKept = true
  for (const way of ways) {
    for (const transport of transports) {
      const { problem, text } = await measureTogether(way, transport)
      process.stdout.write(
        `${problem === null ? 'ok    ' : 'FAILED'}  ${way.title}, ${transport}: ${text}\n`,
      )
      isKept &&= problem === null
    }
  }
  if (!isKept) process.exitCode = 1
})
