// What `npm pack` would take along, without building anything for it.
import { spawnSync } from 'node:child_process'
import { npmCommand } from './setup/npm.mjs'
import { root } from './setup/paths.mjs'

const REQUIRED = [
  'package.json',
  'README.md',
  'LICENSE',
  'THIRD_PARTY.md',
  'dist/cli/main.js',
  'dist/man/xrbench.1',
  'dist/completions/xrbench.bash',
  'dist/completions/_xrbench',
  'dist/completions/xrbench.fish',
  'dist/index.js',
  'dist/index.d.ts',
  'docs/library.md',
  'dist/report/charts.bundle.js',
  'dist/report/charts.licences.txt',
]
const REQUIRED_KINDS = [/^results\/[^/]+\.schema\.json$/]
const UNWANTED = /\.test\.|\/fixtures\/|\.map$|\.tsbuildinfo$|^src\/|^native\/|^scripts\/|^build\//

const [command, ...args] = npmCommand()
const run = spawnSync(command, [...args, 'pack', '--dry-run', '--json', '--ignore-scripts'], {
  cwd: root,
  encoding: 'utf8',
})
if (run.status !== 0) {
  process.stdout.write(run.stderr)
  process.exit(1)
}
// npm 12 gives an object by package name where earlier ones give a list.
const [{ files }] = Object.values(JSON.parse(run.stdout))
const paths = files.map((file) => file.path)
const problems = [
  ...REQUIRED.filter((path) => !paths.includes(path)).map((path) => `${path} is missing`),
  ...REQUIRED_KINDS.filter((kind) => !paths.some((path) => kind.test(path))).map(
    (kind) => `nothing like ${kind} is there`,
  ),
  ...paths.filter((path) => UNWANTED.test(path)).map((path) => `${path} does not belong there`),
]
for (const problem of problems) process.stdout.write(`package: ${problem}\n`)
if (problems.length > 0) process.exitCode = 1
