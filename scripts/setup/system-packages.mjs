import { existsSync, readdirSync, statSync } from 'node:fs'
import { compiles, compilesWithLibcxx, hasRdmaDevice, succeeds } from './probe.mjs'
import { LAB_TOOLS, RDMA_BUILD_TOOLS, RDMA_TOOLS } from './rdma-packages.mjs'
import { note, SetupError, timed } from './report.mjs'
import { runLogged, tail } from './run-logged.mjs'
import { SECURE_BUILD_TOOLS } from './secure-packages.mjs'
import { digest, isFresh, markFresh } from './stamp.mjs'

const LISTS = '/var/lib/apt/lists'
const LISTS_STALE_AFTER_MS = 7 * 24 * 3600 * 1000

/** For each Debian package, whether what we need of it works, however it came to the machine. */
const BUILD_TOOLS = {
  python3: () =>
    succeeds('python3', ['-c', 'import sys, json; sys.exit(sys.version_info < (3, 8))']),
  make: () => succeeds(process.env.MAKE ?? 'make', ['--version']),
  // A compiler without its headers, or one too old for C++20, is found out here and not in a log.
  'g++': () =>
    compiles(
      '#include <atomic>\n#include <span>\nint main() { return std::span<int>().empty() ? 0 : 1; }\n',
    ),
}
const TEST_TOOLS = {
  strace: () => succeeds('strace', ['-V']),
}

/** It is in the package of systemd itself, and needs none that runs. */
const UNIT_TOOLS = {
  systemd: () => succeeds('systemd-analyze', ['--version']),
}

/** A second compiler with a standard library of its own, to check the headers with. */
const HEADER_TOOLS = {
  clang: () => succeeds('clang++', ['--version']),
  'libc++-dev': () => compilesWithLibcxx('<vector>'),
}

const PICTURE_TOOLS = {
  'python3-matplotlib': () =>
    ['python3', '/usr/bin/python3'].some((name) => succeeds(name, ['-c', 'import matplotlib'])),
  // The report is looked at in a browser without a network.
  chromium: () => succeeds('chromium', ['--version']),
  'fonts-dejavu-core': () => existsSync('/usr/share/fonts/truetype/dejavu'),
}

/** Called only when something has to be compiled. */
export function installForBuild() {
  return installNeeded('to build', BUILD_TOOLS)
}

export function installForTests() {
  return installNeeded('to test', TEST_TOOLS)
}

/** The headers of RDMA, without which the addon has the other transports only. */
export function installForRdmaBuild() {
  return installWanted('RDMA is left out of the build', RDMA_BUILD_TOOLS)
}

/** TLS and QUIC, which have an addon file of their own. */
export function installForSecureBuild() {
  return installWanted('TLS and QUIC are left out of the build', SECURE_BUILD_TOOLS)
}

/** What `--transport rdma` takes on this machine. */
export function installForRdma() {
  const isPlaceless = !hasRdmaDevice()
  return installWanted('--transport rdma has no place to run', {
    ...RDMA_TOOLS,
    ...(isPlaceless ? LAB_TOOLS : {}),
  })
}

/** The lab is tested on every machine, with an RDMA device too. In CI it has to be there. */
export function installForLabTests() {
  const tools = { ...RDMA_BUILD_TOOLS, ...RDMA_TOOLS, ...LAB_TOOLS }
  if (isContinuousIntegration()) return installNeeded('to test RDMA', tools)
  return installWanted('the tests of RDMA are skipped', tools)
}

/** The pictures are tested where they can be drawn; CI sees to it that they can. */
export function installForPictureTests() {
  if (!isContinuousIntegration()) return false
  return installWanted('the tests of the pictures are skipped', PICTURE_TOOLS)
}

/** The unit is judged where systemd-analyze is there; CI sees to it that it is. */
export function installForUnitTests() {
  if (!isContinuousIntegration()) return false
  return installNeeded('to test the unit', UNIT_TOOLS)
}

/** The headers are checked with clang and libc++, too; CI sees to it that they can be. */
export function installForHeaders() {
  if (isContinuousIntegration()) return installNeeded('to check the headers', HEADER_TOOLS)
  return installWanted('the headers are not checked with clang', HEADER_TOOLS)
}

function isContinuousIntegration() {
  return !['', '0', 'false', undefined].includes(process.env.CI)
}

async function installNeeded(purpose, tools) {
  const missing = missingOf(tools)
  if (missing.length === 0) return false
  const prefix = waysToInstall()
  if (prefix === undefined) {
    throw new SetupError(
      'XRB_PACKAGES_MISSING',
      `this machine lacks what it takes ${purpose}: ${missing.join(', ')}`,
      commandFor(missing),
    )
  }
  const { still, run } = await install(prefix, tools, missing)
  if (still.length === 0) return true
  throw new SetupError(
    'XRB_PACKAGES_FAILED',
    `apt-get could not provide ${still.join(', ')} (${run.logFile}):${tail(run.log())}`,
    commandFor(still),
  )
}

/** As above, but what cannot be had is told in a line and done without. */
async function installWanted(consequence, tools) {
  const missing = missingOf(tools)
  if (missing.length === 0) return false
  const prefix = waysToInstall()
  // What failed is not tried again by every start of the same day.
  const attempt = digest([], [...missing, new Date().toDateString()])
  if (prefix === undefined || isFresh('apt-wanted', attempt, [])) {
    noteWithout(consequence, missing)
    return false
  }
  const { still } = await install(prefix, tools, missing)
  if (still.length === 0) return true
  markFresh('apt-wanted', attempt)
  noteWithout(consequence, still)
  return true
}

function noteWithout(consequence, packages) {
  note(`${consequence} without ${packages.join(', ')}`)
  note(commandFor(packages))
}

function missingOf(tools) {
  return Object.keys(tools).filter((name) => !tools[name]())
}

function commandFor(packages) {
  return `sudo apt-get update && sudo ${installLine(packages)}`
}

function installLine(packages) {
  return `apt-get install -y --no-install-recommends ${packages.join(' ')}`
}

/** What to put before apt-get; `undefined` when there is no way. */
function waysToInstall() {
  const prefix = becomeRoot()
  return succeeds('apt-get', ['--version']) ? prefix : undefined
}

/** Installs; resolves with what is missing after it all the same, and apt-get's last run. */
function install(prefix, tools, missing) {
  const title = `installing ${missing.join(', ')} (${[...prefix, 'apt-get'].join(' ')})`
  return timed(title, async () => {
    const attempt = () => apt(prefix, installLine(missing).split(' ').slice(1))
    if (listsAreStale()) await apt(prefix, ['update'])
    let run = await attempt()
    if (run.code !== 0) {
      await apt(prefix, ['update'])
      run = await attempt()
    }
    return { still: missing.filter((name) => !tools[name]()), run }
  })
}

/** What to put before a command so that it runs as root; `undefined` when there is no way. */
function becomeRoot() {
  if (process.getuid() === 0) return []
  if (succeeds('sudo', ['-n', 'true'])) return ['sudo', '-n']
  // With a terminal sudo can ask for the password itself.
  if (process.stdin.isTTY && succeeds('sudo', ['-V'])) return ['sudo']
  return undefined
}

function apt(prefix, args) {
  const [command, ...rest] = [
    ...prefix,
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    // Another apt at work, as on a machine's first boot, is waited for.
    '-o',
    'DPkg::Lock::Timeout=120',
    ...args,
  ]
  return runLogged(`apt-${args[0]}`, command, rest, {
    stdin: prefix.length > 0 ? 'inherit' : 'ignore',
  })
}

function listsAreStale() {
  if (!existsSync(LISTS)) return true
  const lists = readdirSync(LISTS).filter((name) => /_Packages/.test(name))
  const newest = Math.max(...lists.map((name) => statSync(`${LISTS}/${name}`).mtimeMs))
  return !(Date.now() - newest < LISTS_STALE_AFTER_MS)
}
