import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { COMPARE_FORMAT, compareSchema } from '../../compare/schema.js'
import { EXIT_CODES, type ExitCode, environmentError } from '../../errors.js'
import { COMPARE_LISTS, issuesOf } from '../../results/store/check-parts.js'
import { invalidError } from '../../results/store/errors.js'
import { parseJson, readText } from '../../results/store/read-text.js'
import { refuseInputs } from '../files/output-files.js'
import { readSource } from '../files/read-results.js'
import { parseWord } from '../flags/list.js'
import type { PlotFlags } from './flags.js'

const SCRIPT = fileURLToPath(new URL('../../../notebooks/xrbench_plots.py', import.meta.url))
const FORMATS = ['png', 'svg', 'pdf'] as const
/** The first start of matplotlib builds its list of fonts. */
const PATIENCE_MS = 60_000

/** `xrbench plot`: the paths of the pictures on stdout, one a line. A file is refused for what every command refuses it for. */
export async function plotAction(files: readonly string[], flags: PlotFlags): Promise<void> {
  const format = parseWord(flags.format ?? 'png', '--format', 'format', FORMATS)
  await refuseInputs(files)
  const python = findPython()
  for (const file of files) await checkPlottable(file)
  const args = [SCRIPT, '--format', format, '--output', flags.output ?? '.', '--', ...files]
  const child = spawn(python, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, MPLBACKEND: 'Agg' },
  })
  const [code] = (await once(child, 'close')) as [number | null]
  process.exitCode = exitCodeOf(code)
}

/** @throws {XrbenchError} `XRB_RESULT_FILE` for what is neither a result nor a comparison */
async function checkPlottable(file: string): Promise<void> {
  const json = parseJson(file, await readText(file)) as { schema?: unknown } | null
  if (json?.schema !== COMPARE_FORMAT) {
    await readSource(file)
    return
  }
  const [issue] = issuesOf(compareSchema, json, COMPARE_LISTS)
  if (issue !== undefined) throw invalidError(file, issue)
}

/** The script ends as xrbench would; anything else is a fault. */
function exitCodeOf(code: number | null): ExitCode {
  const known = [EXIT_CODES.ok, EXIT_CODES.usage, EXIT_CODES.environment]
  return known.find((one) => one === code) ?? EXIT_CODES.internal
}

/**
 * A Python that has matplotlib: the first on the path may be one of another tool's, without it.
 * @throws {XrbenchError} `XRB_NO_MATPLOTLIB`
 */
function findPython(): string {
  const named = process.env.XRBENCH_PYTHON
  const candidates = named ? [named] : ['python3', '/usr/bin/python3']
  const found = candidates.find((python) => {
    const run = spawnSync(python, ['-c', 'import matplotlib'], {
      stdio: 'ignore',
      timeout: PATIENCE_MS,
    })
    return run.status === 0
  })
  if (found !== undefined) return found
  throw environmentError(
    'XRB_NO_MATPLOTLIB',
    `No Python with matplotlib was found: tried ${candidates.join(' and ')}.`,
    'apt-get install -y --no-install-recommends python3-matplotlib, or set XRBENCH_PYTHON',
  )
}
