import { existsSync, readFileSync } from 'node:fs'
import { npmCommand } from './npm.mjs'
import { root } from './paths.mjs'
import { SetupError, timed } from './report.mjs'
import { runLogged, tail } from './run-logged.mjs'

/** What npm's log says when the trouble lies between this machine and the registry. */
const NETWORK_TROUBLE =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+)\b/

/** `npm ci` without install scripts, when what is installed is not what the lockfile says. */
export async function installNodePackages() {
  if (isInstalled()) return false
  const [command, ...args] = npmCommand()
  const ci = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']
  // npm's own patience is minutes; a machine without a network should hear of it sooner.
  const patience = ['--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000']
  await timed('installing npm packages', async () => {
    const run = await runLogged('npm-ci', command, [...args, ...ci, ...patience])
    if (run.code === 0) return
    if (run.code === 127) {
      throw new SetupError('XRB_NPM_MISSING', 'npm was not found', 'sudo apt-get install -y npm')
    }
    const trouble = NETWORK_TROUBLE.exec(run.log() + npmsOwnLog(run.log()))?.[0]
    if (trouble !== undefined) {
      throw new SetupError(
        'XRB_NPM_NETWORK',
        `npm could not reach its registry: ${trouble} (${run.logFile})`,
        'npm ping  (a proxy is set by `npm config set proxy URL`, a certificate by `npm config set cafile FILE`)',
      )
    }
    throw new SetupError(
      'XRB_NPM_FAILED',
      `npm ci failed with exit code ${run.code} (${run.logFile}):${tail(run.log())}`,
      'rm -rf node_modules && npm run setup',
    )
  })
  return true
}

/** The log that npm names at its end: some versions fall silent elsewhere when the network fails. */
function npmsOwnLog(log) {
  const file = /complete log of this run can be found in:\s*(?:npm \S+\s+)?(\S+\.log)/.exec(
    log,
  )?.[1]
  return file !== undefined && existsSync(file) ? readFileSync(file, 'utf8') : ''
}

/** npm records what it put into node_modules, at the very end; compared with what was asked for. */
function isInstalled() {
  const record = `${root}/node_modules/.package-lock.json`
  if (!existsSync(record)) return false
  const installed = packagesOf(record)
  const wanted = packagesOf(`${root}/package-lock.json`)
  return Object.entries(wanted).every(([path, { version, optional, link }]) => {
    // This project itself, and a package of its own: npm 9 and 10 record them in different ways.
    if (!path.startsWith('node_modules/')) return true
    if (link === true) return existsSync(`${root}/${path}`)
    // An optional package is absent where it does not fit the machine.
    if (installed[path] === undefined) return optional === true
    return installed[path].version === version
  })
}

function packagesOf(lockfile) {
  return JSON.parse(readFileSync(lockfile, 'utf8')).packages
}
