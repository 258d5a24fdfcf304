import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { cleanEnvironment, npmCommand } from '../setup/npm.mjs'
import { SetupError, timed } from '../setup/report.mjs'

const FETCH_LIMIT_MS = 120_000

/**
 * The program of a Node.js line, by the package that npm's `node` takes it from. Fetched when the cache has none; which version of the
 * line that is does not matter.
 */
export async function fetchNode(major) {
  const cache = process.env.XDG_CACHE_HOME || `${homedir()}/.cache`
  const folder = `${cache}/xrbench/nodes/${major}`
  const name = `node-linux-${process.arch}`
  const program = `${folder}/node_modules/${name}/bin/node`
  if (existsSync(program)) return program
  mkdirSync(folder, { recursive: true })
  const [command, ...args] = npmCommand()
  args.push('install', '--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit')
  args.push('--no-fund', `${name}@${major}`)
  await timed(`fetching Node.js ${major}`, async () => {
    const options = { encoding: 'utf8', timeout: FETCH_LIMIT_MS, env: cleanEnvironment() }
    const { status, stderr, error } = spawnSync(command, args, { ...options, cwd: folder })
    if (status === 0 && existsSync(program)) return
    rmSync(folder, { recursive: true, force: true })
    throw new SetupError(
      'XRB_FETCH',
      `Node.js ${major} could not be fetched: ${error?.message ?? stderr.trim().split('\n').at(-1)}.`,
      `npm view ${name}@${major} version`,
    )
  })
  return program
}
