import { appendFile } from 'node:fs/promises'
import { type CompareSettings, compareTwo, conclude } from '../../compare/compare.js'
import { parseGate } from '../../compare/gate.js'
import { meaninglessDifferences, refuseMeaningless } from '../../compare/meaning.js'
import { ACROSS, type Comparison } from '../../compare/schema.js'
import { usageError } from '../../errors.js'
import { printableJson } from '../../foreign.js'
import { renderCompareMarkdown } from '../../report/export/compare-markdown.js'
import { exportJunit } from '../../report/export/junit.js'
import { renderComparability, renderComparison } from '../../report/terminal/compare-text.js'
import { checkWritable, writeText } from '../../results/store/store.js'
import { isSameFile, refuseInputs, refuseResults } from '../files/output-files.js'
import { readSource, redactionKeyFor } from '../files/read-results.js'
import { parseWord } from '../flags/list.js'
import { layoutOf, note, print } from '../terminal/output.js'
import type { CompareFlags } from './flags.js'
import { verdictExit } from './verdict-exit.js'

/** `xrbench compare`: exit 3 when it would mean nothing, 7 where a gate fails, 6 where it cannot tell. */
export async function compareAction(
  base: string,
  others: readonly string[],
  flags: CompareFlags,
): Promise<void> {
  const asked = readOptions(flags)
  const outputs = flags.junit === undefined ? [] : [flags.junit]
  await refuseInputs([base, ...others], outputs)
  await refuseResults(outputs)
  if (flags.junit !== undefined) await checkWritable(flags.junit)
  const key = redactionKeyFor(flags.redact)
  const source = await readSource(base, key)
  const isAlone = others.length === 0
  const isAb = isAlone && asked.across === null && source.doc.variants !== undefined
  const options: CompareSettings = isAb ? { ...asked, across: 'variant' } : asked
  if (isAlone && !isAb && options.across !== 'transport') {
    throw usageError(
      'XRB_USAGE',
      'compare takes a base and at least one other result.',
      `xrbench compare ${base} NEW.json, or with --across transport the transports of one`,
    )
  }
  // One at a time: a thousand results need not be in memory together.
  const comparisons: Comparison[] = isAlone ? [compareTwo(source, source, options.across)] : []
  for (const path of others) {
    comparisons.push(compareTwo(source, await readSource(path, key), options.across))
  }
  const doc = conclude(source, comparisons, options)
  if (!options.forced) {
    const isForPeople = !flags.json && !flags.markdown
    if (isForPeople && meaninglessDifferences(doc).length > 0)
      await print(`${renderComparability(doc, layoutOf(process.stdout))}\n`)
    refuseMeaningless(doc)
  }

  const markdown = renderCompareMarkdown(doc)
  await print(
    flags.json
      ? `${printableJson(doc)}\n`
      : flags.markdown
        ? markdown
        : renderComparison(doc, layoutOf(process.stdout)),
  )
  if (flags.junit !== undefined) await writeText(flags.junit, exportJunit(doc))
  await addToJobSummary(markdown, [base, ...others])
  process.exitCode = verdictExit(doc.gateVerdict ?? doc.verdict, flags.lenient === true)
}

function readOptions(flags: CompareFlags): CompareSettings {
  if (flags.junit !== undefined && flags.failOn === undefined) {
    throw usageError(
      'XRB_USAGE',
      '--junit writes gates, and none is given.',
      "add --fail-on 'p99:+5%'",
    )
  }
  if (flags.json && flags.markdown) {
    throw usageError('XRB_USAGE', '--json and --markdown exclude one another.', 'leave one out')
  }
  if (flags.strict && flags.lenient) {
    throw usageError('XRB_USAGE', '--strict and --lenient exclude one another.', 'leave one out')
  }
  return {
    across:
      flags.across === undefined ? null : parseWord(flags.across, '--across', 'difference', ACROSS),
    forced: flags.force === true,
    gates: [flags.failOn ?? []].flat().map(parseGate),
  }
}

/** The file that a job's summary page is made of. It is a courtesy: a fault of it is said, and changes nothing. */
async function addToJobSummary(markdown: string, inputs: readonly string[]): Promise<void> {
  const path = process.env.GITHUB_STEP_SUMMARY ?? ''
  if (path === '') return
  for (const input of inputs) {
    if (!(await isSameFile(path, input))) continue
    note(`note: the job summary would be ${input}, which was compared: nothing is added to it`)
    return
  }
  await appendFile(path, markdown).catch((error: Error) => {
    note(`note: the job summary could not be written: ${error.message}`)
  })
}
