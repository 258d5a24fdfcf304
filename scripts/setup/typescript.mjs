import { chmodSync, existsSync, renameSync, rmSync } from 'node:fs'
import { bundleCharts, CHARTS } from './charts.mjs'
import { root } from './paths.mjs'
import { timed } from './report.mjs'
import { buildFailed, runLogged } from './run-logged.mjs'
import { digest, isFresh, markFresh } from './stamp.mjs'

const INPUTS = [
  'src',
  'scripts/setup/charts.mjs',
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
]
const MAIN = 'dist/cli/main.js'

export async function buildTypeScript() {
  const inputs = digest(INPUTS, [], (path) => !/\.test\.ts$|\/fixtures\//.test(path))
  if (isFresh('typescript', inputs, [MAIN, `dist/${CHARTS}`])) return false
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
    swap(next, `${root}/dist`)
    chmodSync(`${root}/${MAIN}`, 0o755)
  })
  markFresh('typescript', inputs)
  return true
}

function swap(next, current) {
  const old = `${root}/build/dist-old`
  rmSync(old, { recursive: true, force: true })
  if (existsSync(current)) renameSync(current, old)
  renameSync(next, current)
  rmSync(old, { recursive: true, force: true })
}
