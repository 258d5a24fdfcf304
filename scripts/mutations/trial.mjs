import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

/** A loop that no longer ends is found out, too. */
const LIMIT_MS = 120_000
const BUILD_LIMIT_MS = 900_000

/**
 * Runs the tests that a mutation names. `passed`, `failed` (a test said so, or the program crashed or had to be
 * ended), or `broken`: it could not be run at all, which shows nothing.
 */
export function tryTests(folder, { tests, native }) {
  return native === undefined ? tryVitest(folder, tests) : tryNative(folder, native)
}

function tryVitest(folder, tests) {
  const report = join(folder, 'mutation-report.json')
  rmSync(report, { force: true })
  const args = ['run', '--project', 'machine', '--reporter=json', `--outputFile=${report}`]
  const run = spawnSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', ...args, ...[tests].flat()],
    { cwd: folder, encoding: 'utf8', timeout: LIMIT_MS, killSignal: 'SIGKILL' },
  )
  if (run.error?.code === 'ETIMEDOUT') return { state: 'failed', log: 'it did not end' }
  const log = `${run.stdout}${run.stderr}`
  if (!existsSync(report)) return { state: 'broken', log }
  const { numFailedTests, numPassedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'))
  if (numFailedTests > 0) return { state: 'failed', log }
  const isWhole = numPassedTests > 0 && testResults.every(({ status }) => status === 'passed')
  return { state: isWhole && run.status === 0 ? 'passed' : 'broken', log }
}

/** Only what the change concerns is compiled: the program of the C++ tests, or one test file with the rest of the core. */
function tryNative(folder, { filter, alone }) {
  const program = join(folder, alone === undefined ? 'build/Release/xrbench_native_test' : 'alone')
  rmSync(program, { force: true })
  const built = alone === undefined ? buildAll(folder) : buildAlone(folder, alone, program)
  if (built.status !== 0) return { state: 'broken', log: `${built.stdout}${built.stderr}` }
  const run = spawnSync(program, ['--filter', filter], {
    ...{ cwd: folder, encoding: 'utf8', timeout: LIMIT_MS, killSignal: 'SIGKILL' },
  })
  const log = `${run.stdout}${run.stderr}`
  if (run.status !== 0) return { state: 'failed', log }
  return { state: /^[1-9]\d* passed/m.test(log) ? 'passed' : 'broken', log }
}

function buildAll(folder) {
  const args = ['-C', 'build', 'BUILDTYPE=Release', `-j${availableParallelism()}`]
  return spawnSync('make', [...args, 'xrbench_native_test'], {
    ...{ cwd: folder, encoding: 'utf8', timeout: BUILD_LIMIT_MS },
  })
}

/** Before the archive: of an inline function in both, the linker takes the first. */
function buildAlone(folder, source, program) {
  const flags = ['-std=c++20', '-O1', '-pthread', '-Inative']
  const sources = [source, 'native/test/main.cc', 'build/Release/xrbench_core.a']
  return spawnSync(process.env.CXX ?? 'g++', [...flags, ...sources, '-o', program, '-ldl'], {
    ...{ cwd: folder, encoding: 'utf8', timeout: BUILD_LIMIT_MS },
  })
}
