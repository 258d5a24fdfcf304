// `npm run check`: what can be said about the sources without running them. Every check runs, so that
// one run tells everything; the exit code says whether all were clean. Two at a time: most of them
// keep one CPU busy.
import { spawn } from 'node:child_process'
import { buildDir, ensureBuildDir, root } from './setup/paths.mjs'

const node = (script, ...args) => [process.execPath, [`${root}/${script}`, ...args]]

const INCREMENTAL = ['--incremental', '--tsBuildInfoFile', `${buildDir}/types.tsbuildinfo`]

// What takes longest comes first.
const checks = [
  ['headers', ...node('scripts/check-headers.mjs')],
  [
    'types',
    // What has not changed since the last time is not looked at again.
    ...node('node_modules/typescript/bin/tsc', '--noEmit', ...INCREMENTAL),
  ],
  [
    'format and lint',
    ...node('node_modules/@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '--colors=off'),
  ],
  ['package', ...node('scripts/check-package.mjs')],
  ['expectations', ...node('scripts/check-expectations.mjs')],
  ['rooms', ...node('scripts/check-rooms.mjs')],
  ['names', ...node('scripts/check-names.mjs')],
  ['sources', ...node('scripts/check-sources.mjs')],
  ['promises', ...node('scripts/check-promises.mjs')],
  ['lockfile', ...node('scripts/check-lockfile.mjs')],
  ['licences', ...node('scripts/check-licences.mjs')],
  ['README', ...node('scripts/readme.mjs', '--check')],
  ['notebook', ...node('scripts/notebook.mjs', '--check')],
]

ensureBuildDir()
const waiting = checks.values()
await Promise.all([takeTurns(), takeTurns()])

async function takeTurns() {
  for (const [title, command, args] of waiting) report(title, await outcomeOf(command, args))
}

/** Exit code, and what was printed. */
function outcomeOf(command, args) {
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  })
  const printed = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'])
    child[name].setEncoding('utf8').on('data', (text) => {
      printed[name] += text
    })
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ status: null, stdout: '', stderr: `${error}\n` }))
    child.on('close', (status, signal) => {
      if (signal !== null) printed.stderr += `ended by ${signal}\n`
      resolve({ status, ...printed })
    })
  })
}

function report(title, { status, stdout, stderr }) {
  const clean = status === 0
  process.stdout.write(`${clean ? 'ok    ' : 'FAILED'}  ${title}\n`)
  // What could not be checked for want of a tool, and how to get it.
  for (const line of stderr.match(/^setup: .*$/gm) ?? []) process.stdout.write(`        ${line}\n`)
  if (clean) return
  process.stdout.write(`${stdout}${stderr}`)
  process.exitCode = 1
}
