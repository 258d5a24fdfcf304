import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { cleanEnvironment, npmCommand } from '../setup/npm.mjs'
import { root } from '../setup/paths.mjs'
import { SetupError, timed } from '../setup/report.mjs'

/** The last one before several clients at an agent. */
export const OLDER = 'f4f53de'

/**
 * The folder of the older xrbench, with its own build.
 * @throws SetupError `XRB_OLDER` where this repository does not have it, or it does not build
 */
export async function olderBuild() {
  const named = process.env.XRBENCH_OLDER
  if (named !== undefined && named !== '') return named
  const cache = process.env.XDG_CACHE_HOME || `${homedir()}/.cache`
  const folder = `${cache}/xrbench/older/${OLDER}`
  if (existsSync(`${folder}/done`)) return folder
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  await timed(`building ${OLDER}`, async () => {
    const archive = run('git', ['archive', '--output', `${folder}/sources.tar`, OLDER], root)
    if (archive !== null) throw olderError(archive, 'git fetch --unshallow')
    const [npm, ...args] = npmCommand()
    const problem =
      run('tar', ['-xf', 'sources.tar'], folder) ??
      run(npm, [...args, 'run', 'setup'], folder) ??
      run('touch', ['done'], folder)
    if (problem !== null) throw olderError(problem, `cd ${folder} && npm run setup`)
  })
  return folder
}

/** `null`, or the last line of what went wrong. */
function run(command, args, cwd) {
  const { status, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: cleanEnvironment(),
  })
  if (status === 0) return null
  return error?.message ?? stderr.trim().split('\n').at(-1) ?? `exit code ${status}`
}

function olderError(reason, hint) {
  return new SetupError('XRB_OLDER', `${OLDER} could not be built: ${reason}.`, hint)
}
