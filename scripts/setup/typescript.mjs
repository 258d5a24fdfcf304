import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { bundleCharts, CHARTS } from './charts.mjs'
import { root } from './paths.mjs'
import { timed } from './report.mjs'
import { buildFailed, runLogged } from './run-logged.mjs'
import { digest, isFresh, markFresh } from './stamp.mjs'

const INPUTS = [
  'src',
  'scripts/setup/charts.mjs',
  'scripts/setup/error-table.mjs',
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
]
const MAIN = 'dist/cli/main.js'
/** What the command itself prints for others, as they find it in the package, and how it is asked for it. */
const PRINTED = {
  'dist/man/xrbench.1': ['manual'],
  'dist/completions/xrbench.bash': ['completions', 'bash'],
  'dist/completions/_xrbench': ['completions', 'zsh'],
  'dist/completions/xrbench.fish': ['completions', 'fish'],
}

export async function buildTypeScript() {
  const inputs = digest(INPUTS, [], (path) => !/\.test\.ts$|\/fixtures\//.test(path))
  if (
    isFresh('typescript', inputs, [
      MAIN,
      `dist/${CHARTS}`,
      'dist/cli/explain/errors.json',
      ...Object.keys(PRINTED),
    ])
  )
    return false
  await timed('building dist/', async () => {
    // Beside the old one and then swapped: a module that was deleted leaves nothing behind, and a
    // build that fails leaves the command as it was.
    const next = `${root}/build/dist-next`
    rmSync(next, { recursive: true, force: true })
    const tsc = `${root}/node_modules/typescript/bin/tsc`
    const args = [tsc, '-p', 'tsconfig.build.json', '--outDir', next]
    const run = await runLogged('typescript', process.execPath, args)
    if (run.code !== 0) throw buildFailed('TypeScript', run)
    await bundleCharts(next)
    // TypeScript itself is there only now, in a checkout that is made ready.
    const { errorTable } = await import('./error-table.mjs')
    mkdirSync(`${next}/cli/explain`, { recursive: true })
    writeFileSync(`${next}/cli/explain/errors.json`, JSON.stringify(errorTable()))
    swap(next, `${root}/dist`)
    chmodSync(`${root}/${MAIN}`, 0o755)
    for (const [file, args] of Object.entries(PRINTED)) await printInto(file, args)
  })
  markFresh('typescript', inputs)
  return true
}

async function printInto(file, args) {
  // Variables of whoever builds are no part of it.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('XRBENCH_')),
  )
  const run = await runLogged('printed', process.execPath, [`${root}/${MAIN}`, ...args], { env })
  if (run.code !== 0) throw buildFailed(`xrbench ${args.join(' ')}`, run)
  mkdirSync(dirname(`${root}/${file}`), { recursive: true })
  writeFileSync(`${root}/${file}`, run.log())
}

function swap(next, current) {
  const old = `${root}/build/dist-old`
  rmSync(old, { recursive: true, force: true })
  if (existsSync(current)) renameSync(current, old)
  renameSync(next, current)
  rmSync(old, { recursive: true, force: true })
}
