import { printableJson } from '../../foreign.js'
import { defaultOutputPath } from '../../results/store/output-path.js'
import type { Errand } from '../../run/errand.js'
import type { RunEvent } from '../../run/events.js'
import type { OptionNames } from '../../run/names.js'
import { prepare } from '../../run/prepare.js'
import { momentWords, refuseInputs } from '../files/output-files.js'
import { note, print } from '../terminal/output.js'
import { dryRunDocument, dryRunText } from './dry-run.js'
import type { RunFlags } from './flags.js'
import { leftOutLine, unmeasuredLine } from './left-out.js'
import type { Render } from './measure.js'
import { readWhere } from './where.js'

/** Measures an errand as the command line says. Whatever can be refused is refused before anything starts. */
export async function carryOut(
  errand: Errand,
  flags: RunFlags,
  names: OptionNames,
  render?: Render,
): Promise<void> {
  const where = readWhere(flags, names)
  const isJson = flags.json === true
  const isDry = flags.dryRun === true
  const isSilent = flags.quiet === true || (isJson && flags.verbose !== true)
  const output = isJson && flags.output === undefined ? null : defaultOutputPath(flags.output)
  if (!isDry) await refuseKeys(flags, output)

  const settled = await prepare(errand, {
    ...{ where, names, label: flags.label, output, isDry },
    onEvent: (event) => {
      if (isSilent) return
      if (event.type === 'unmeasured') note(unmeasuredLine(event))
      if (isDry) return
      if (event.type === 'replaces') note(replacesLine(event))
      if (event.type === 'note') note(event.text)
      if (event.type === 'left-out') note(leftOutLine(event))
    },
  })
  try {
    if (isDry) {
      const text = isJson
        ? `${printableJson(dryRunDocument(settled.plan, output))}\n`
        : dryRunText(settled.plan, output)
      return await print(text)
    }
    const { measureAndShow } = await import('./measure.js')
    process.exitCode = await measureAndShow({
      ...settled,
      command: ['xrbench', ...process.argv.slice(2)],
      output,
      label: flags.label,
      variants: errand.variants,
      isRedacted: flags.redact === true,
      render,
      isJson,
      isSilent,
      isQuiet: flags.quiet === true,
      isStrict: flags.strict === true,
      isVerbose: flags.verbose === true,
    })
  } finally {
    await settled.release()
  }
}

/** @throws {XrbenchError} when the result would replace what it is made with */
async function refuseKeys(flags: RunFlags, output: string | null): Promise<void> {
  const keys = [flags.keyFile, flags.labKernel].filter((path) => path !== undefined)
  await refuseInputs(keys, output === null ? [] : [output])
}

function replacesLine({ file, startedAt }: Extract<RunEvent, { type: 'replaces' }>): string {
  return `note: ${file} has the result of ${momentWords(startedAt)}, which the first repetition replaces`
}
