import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { buildDir, ensureBuildDir, root } from './paths.mjs'
import { SetupError } from './report.mjs'

const TAIL_LINES = 15

/** Runs a command with all its output in `build/NAME.log`; resolves with how it ended, never rejects. */
export async function runLogged(
  name,
  command,
  args,
  { env = process.env, cwd = root, stdin = 'ignore' } = {},
) {
  ensureBuildDir()
  const logFile = `${buildDir}/${name}.log`
  const fd = openSync(logFile, 'w')
  const code = await new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: [stdin, fd, fd] })
    child.on('error', () => resolve(127))
    child.on('close', (status) => resolve(status ?? 1))
  })
  closeSync(fd)
  return { code, logFile: relative(root, logFile), log: () => readFileSync(logFile, 'utf8') }
}

/** The end of a log, indented, for a failure that has to be shown. */
export function tail(log) {
  const lines = log.trimEnd().split('\n').slice(-TAIL_LINES)
  return `\n${lines.map((line) => `    ${line}`).join('\n')}`
}

/** A fault of ours, not of the machine: exit 1. */
export function buildFailed(language, run) {
  const sentence = `the ${language} build failed (${run.logFile}):${tail(run.log())}`
  return new SetupError('XRB_BUILD_FAILED', sentence, `less ${run.logFile}`, 1)
}
