// `npm run check`: what can be said about the sources without running them. Every check runs, so that
// one run tells everything; the exit code says whether all were clean.
import { spawnSync } from 'node:child_process'
import { root } from './setup/paths.mjs'

const node = (script, ...args) => [process.execPath, [`${root}/${script}`, ...args]]

const checks = [
  [
    'format and lint',
    ...node('node_modules/@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '--colors=off'),
  ],
  ['types', ...node('node_modules/typescript/bin/tsc', '--noEmit')],
  ['expectations', ...node('scripts/check-expectations.mjs')],
  ['rooms', ...node('scripts/check-rooms.mjs')],
  ['lockfile', ...node('scripts/check-lockfile.mjs')],
  ['licences', ...node('scripts/check-licences.mjs')],
  ['headers', ...node('scripts/check-headers.mjs')],
  ['README', ...node('scripts/readme.mjs', '--check')],
  ['notebook', ...node('scripts/notebook.mjs', '--check')],
  ['package', ...node('scripts/check-package.mjs')],
]

for (const [title, command, args] of checks) {
  const run = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  })
  const clean = run.status === 0
  process.stdout.write(`${clean ? 'ok    ' : 'FAILED'}  ${title}\n`)
  // What could not be checked for want of a tool, and how to get it.
  for (const line of run.stderr.match(/^setup: .*$/gm) ?? [])
    process.stdout.write(`        ${line}\n`)
  if (clean) continue
  process.stdout.write(`${run.stdout}${run.stderr}`)
  process.exitCode = 1
}
