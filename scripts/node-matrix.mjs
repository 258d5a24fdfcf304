// npm run test:nodes [-- MAJOR…]
//
// Loads one and the same build with every Node.js line that is supported, and runs a ping-pong over
// every transport that each of them can do. Then the contract of `quic:openssl`, which the oldest
// line has not, with a newer one. What Node.js it takes is fetched once, by npm, into the user's
// cache.
import { existsSync } from 'node:fs'
import { runContract } from './node-matrix/contract.mjs'
import { fetchNode } from './node-matrix/fetch-node.mjs'
import { pingPongs } from './node-matrix/ping-pongs.mjs'
import { root } from './setup/paths.mjs'
import { explained, SetupError } from './setup/report.mjs'

const MAJORS = ['20', '22', '24', '26']
/** That runs the contract: the newest with long-term support. */
const CONTRACT_MAJOR = '24'

await explained(async () => {
  const asked = process.argv.slice(2)
  const majors = asked.length > 0 ? asked : MAJORS
  for (const major of majors) {
    if (MAJORS.includes(major)) continue
    throw new SetupError(
      'XRB_USAGE',
      `'${major}' is not a line of Node.js that is tested.`,
      `npm run test:nodes -- ${MAJORS.join(' ')}`,
      2,
    )
  }
  if (!existsSync(`${root}/build/Release/xrbench.node`) || !existsSync(`${root}/dist/cli/main.js`))
    throw new SetupError('XRB_ADDON_MISSING', 'There is no build to load.', 'npm run setup')
  const rows = []
  for (const major of majors) rows.push(...pingPongs(await fetchNode(major)))
  process.stdout.write(`${tableOf(rows)}\n`)
  const failed = rows.filter(({ problem }) => problem !== null)
  const contract = majors.includes(CONTRACT_MAJOR)
    ? await runContract(await fetchNode(CONTRACT_MAJOR))
    : true
  process.stdout.write(`${rows.length - failed.length} as expected, ${failed.length} not\n`)
  if (failed.length > 0 || !contract) process.exitCode = 1
})

function tableOf(rows) {
  const cells = rows.map(({ version, openssl, what, p50Us, note, problem }) => [
    version,
    openssl,
    what,
    p50Us === null ? '–' : p50Us.toFixed(1),
    problem === null ? note : `FAILED: ${problem}`,
  ])
  const head = ['Node.js', 'its OpenSSL', 'ping-pong of 64 B', 'p50 µs', '']
  const widths = head.map((word, i) => Math.max(word.length, ...cells.map((row) => row[i].length)))
  return [head, ...cells]
    .map((row) => row.map((cell, i) => cell.padEnd(widths[i])).join('  '))
    .map((line) => line.trimEnd())
    .join('\n')
}
