import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { BenchError } from './bench-error.mjs'

/** Commands, and the Debian and Ubuntu packages that hold them. */
const PACKAGES = /** @type {const} */ ({
  sockperf: 'sockperf',
  iperf3: 'iperf3',
  ib_send_lat: 'perftest',
  gtlsclient: 'ngtcp2-client',
  gtlsserver: 'ngtcp2-server',
  openssl: 'openssl',
  taskset: 'util-linux',
  gcc: 'gcc libc6-dev',
})

/** @typedef {keyof typeof PACKAGES} Command */

/**
 * Makes sure that the peers are there, or says how to get them.
 * @param {Command[]} commands
 * @param {boolean} mayInstall
 */
export function ensureInstalled(commands, mayInstall) {
  const missing = commands.filter((command) => !isOnPath(command))
  if (missing.length === 0) return
  const packages = missing.flatMap((command) => PACKAGES[command].split(' '))
  const line = `apt-get install -y --no-install-recommends ${packages.join(' ')}`
  const isRoot = process.getuid?.() === 0
  if (mayInstall && isRoot) {
    process.stderr.write(`installing ${packages.join(' ')}\n`)
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const apt = (/** @type {string[]} */ ...args) =>
      spawnSync('apt-get', args, {
        env: environment,
        stdio: ['ignore', 'ignore', 'inherit'],
        timeout: 300_000,
      })
    apt('update')
    apt(...line.split(' ').slice(1))
  }
  const still = missing.filter((command) => !isOnPath(command))
  if (still.length > 0) {
    throw new BenchError(
      3,
      `Not installed here: ${still.join(', ')}.`,
      isRoot ? line : `sudo ${line}`,
    )
  }
}

/** @param {string} command */
function isOnPath(command) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
