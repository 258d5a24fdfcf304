// npm run test:ngtcp2 [-- SUITE…]
//
// Builds QUIC against the ngtcp2 of other suites of Debian than this machine's, and runs its tests with each: in C++, in Node.js, and with
// this machine's own version at the other end. The packages are unpacked into the user's cache and never installed; GnuTLS and the C
// library are this machine's.
import { existsSync } from 'node:fs'
import { buildWith } from './ngtcp2-versions/build-with.mjs'
import { fetchNgtcp2 } from './ngtcp2-versions/fetch-ngtcp2.mjs'
import { runCppTests, runNodeTests } from './ngtcp2-versions/suites.mjs'
import { versionsOf } from './ngtcp2-versions/versions-of.mjs'
import { root } from './setup/paths.mjs'
import { explained, SetupError } from './setup/report.mjs'

const SUITES = ['bookworm', 'bookworm-backports', 'trixie', 'sid']
/** 1.11, and the newest: between them pacing became possible again. */
const USUAL = ['bookworm-backports', 'sid']

await explained(async () => {
  const asked = process.argv.slice(2)
  const unknown = asked.find((suite) => !SUITES.includes(suite))
  if (unknown !== undefined) {
    throw new SetupError(
      'XRB_USAGE',
      `'${unknown}' is not a suite whose ngtcp2 is tested.`,
      `npm run test:ngtcp2 -- ${SUITES.join(' ')}`,
      2,
    )
  }
  const own = `${root}/build/Release`
  if (!existsSync(`${own}/xrbench_quic.node`))
    throw new SetupError('XRB_ADDON_MISSING', 'There is no QUIC in this build.', 'npm run setup')
  const here = { release: own, ...versionsOf(own) }
  let isKept = true
  for (const suite of asked.length > 0 ? asked : USUAL) {
    const ngtcp2 = await fetchNgtcp2(suite)
    if (ngtcp2.version === here.version) {
      process.stdout.write(`${suite}: ngtcp2 ${ngtcp2.version} is this machine's own\n`)
      continue
    }
    isKept = (await testWith(ngtcp2, here)) && isKept
  }
  if (!isKept) process.exitCode = 1
})

async function testWith(ngtcp2, here) {
  const release = await buildWith(ngtcp2, here)
  const found = versionsOf(release)
  const isRight = found.version === ngtcp2.version && found.builtWith === ngtcp2.version
  const cpp = await runCppTests(release)
  const node = await runNodeTests(release, here)
  const say = (text) => process.stdout.write(`${ngtcp2.suite}: ${text}\n`)
  say(`ngtcp2 ${found.version}, built with ${found.builtWith}${isRight ? '' : ': NOT ITS OWN'}`)
  say(`C++: ${cpp.summary}`)
  say(`Node.js, and against ngtcp2 ${here.version}: ${node.summary}`)
  return isRight && cpp.isKept && node.isKept
}
