import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { SetupError, timed } from './report.mjs'
import { runLogged, tail } from './run-logged.mjs'

const LISTS = '/var/lib/apt/lists'
const LISTS_STALE_AFTER_MS = 7 * 24 * 3600 * 1000

/** For each Debian package, whether what we need of it works, however it came to the machine. */
const BUILD_TOOLS = {
  python3: () =>
    succeeds('python3', ['-c', 'import sys, json; sys.exit(sys.version_info < (3, 8))']),
  make: () => succeeds(process.env.MAKE ?? 'make', ['--version']),
  'g++': compiles,
}
const TEST_TOOLS = {
  strace: () => succeeds('strace', ['-V']),
}

/** Called only when something has to be compiled. */
export function installForBuild() {
  return installMissing('to build', BUILD_TOOLS)
}

export function installForTests() {
  return installMissing('to test', TEST_TOOLS)
}

async function installMissing(purpose, tools) {
  const missing = Object.keys(tools).filter((name) => !tools[name]())
  if (missing.length === 0) return false
  const line = `apt-get install -y --no-install-recommends ${missing.join(' ')}`
  const prefix = becomeRoot()
  if (prefix === undefined || !succeeds('apt-get', ['--version'])) {
    throw new SetupError(
      'XRB_PACKAGES_MISSING',
      `this machine lacks what it takes ${purpose}: ${missing.join(', ')}`,
      `sudo apt-get update && sudo ${line}`,
    )
  }
  await timed(
    `installing ${missing.join(', ')} (${[...prefix, 'apt-get'].join(' ')})`,
    async () => {
      const install = () => apt(prefix, line.split(' ').slice(1))
      if (listsAreStale()) await apt(prefix, ['update'])
      let run = await install()
      if (run.code !== 0) {
        await apt(prefix, ['update'])
        run = await install()
      }
      const still = missing.filter((name) => !tools[name]())
      if (still.length > 0) {
        throw new SetupError(
          'XRB_PACKAGES_FAILED',
          `apt-get could not provide ${still.join(', ')} (${run.logFile}):${tail(run.log())}`,
          `sudo apt-get update && sudo ${line}`,
        )
      }
    },
  )
  return true
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

function succeeds(command, args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}

/** A compiler without its headers, or one too old for C++20, is found out here and not in a log. */
function compiles() {
  const folder = mkdtempSync(`${tmpdir()}/xrbench-`)
  try {
    const source =
      '#include <atomic>\n#include <span>\nint main() { return std::span<int>().empty() ? 0 : 1; }\n'
    writeFileSync(`${folder}/a.cc`, source)
    const compiler = process.env.CXX ?? 'g++'
    return succeeds(compiler, ['-std=c++20', '-pthread', `${folder}/a.cc`, '-o', `${folder}/a.out`])
  } finally {
    rmSync(folder, { recursive: true })
  }
}
