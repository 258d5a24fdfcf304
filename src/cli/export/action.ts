import { fullName, matches } from '../../compare/pattern.js'
import { type MeasuredCase, measuredCases, refOf, type Source } from '../../compare/source.js'
import { usageError, type XrbenchError } from '../../errors.js'
import { printableJson } from '../../foreign.js'
import { exportCsv } from '../../report/export/csv.js'
import { exportHgrm, exportNamedHgrm, namedHistogramsIn } from '../../report/export/hgrm.js'
import { exportHlog } from '../../report/export/hlog.js'
import { writeText } from '../../results/store/store.js'
import { measuredAt, refuseInputs, refuseResults } from '../files/output-files.js'
import { readSource, redactionKeyFor } from '../files/read-results.js'
import { note, print } from '../terminal/output.js'
import type { ExportFlags } from './flags.js'

/** `xrbench export`: all is read and made before a byte is written. */
export async function exportAction(files: readonly string[], flags: ExportFlags): Promise<void> {
  const chosen = (['csv', 'hgrm', 'hlog', 'json'] as const).filter((format) => flags[format])
  const [format] = chosen
  if (format === undefined || chosen.length > 1) {
    throw usageError(
      'XRB_USAGE',
      'export takes one of --csv, --hgrm, --hlog and --json.',
      `xrbench export ${files[0]} --csv`,
    )
  }
  if (flags.histogram !== undefined && format !== 'hgrm') {
    throw usageError(
      'XRB_USAGE',
      '--histogram chooses what --hgrm holds; the other formats hold everything that was timed.',
      `xrbench export ${files[0]} --${format}`,
    )
  }
  const outputs = flags.output === undefined ? [] : [flags.output]
  await refuseInputs(files, outputs)
  if (format !== 'json') await refuseResults(outputs)
  const sources: Source[] = []
  const key = redactionKeyFor(flags.redact)
  for (const file of files) sources.push(chooseCases(await readSource(file, key), flags.case))
  if (sources.every(({ doc }) => doc.cases.length === 0)) {
    throw usageError('XRB_NO_CASE', `--case: no case is named '${flags.case}'.`, "--case 'tcp/*'")
  }
  const text = {
    ...{ csv: exportCsv, hlog: exportHlog, json: onlyJson },
    hgrm: (all: readonly Source[]) => onlyHgrm(all, flags.histogram),
  }[format](sources)
  if (flags.output === undefined) return print(text)
  const when = format === 'json' ? await measuredAt(flags.output) : null
  if (when !== null) note(`note: ${flags.output} had the result of ${when}, which is replaced`)
  await writeText(flags.output, text)
}

function chooseCases({ file, doc }: Source, pattern: string | undefined): Source {
  if (pattern === undefined) return { file, doc }
  const cases = measuredCases({ file, doc })
    .filter((one) => matches(pattern, refOf(one)))
    .map((one) => one.case)
  return { file, doc: { ...doc, cases } }
}

/** Several documents are no document. */
function onlyJson(sources: readonly Source[]): string {
  const [only, ...more] = sources
  if (only === undefined || more.length > 0) {
    throw usageError(
      'XRB_USAGE',
      '--json exports one result.',
      `xrbench export ${only?.file} --json`,
    )
  }
  return `${printableJson(only.doc)}\n`
}

/** That format knows neither names nor more than one distribution. `name`: of what is timed besides the latency. */
function onlyHgrm(sources: readonly Source[], name: string | undefined): string {
  const cases = sources.flatMap(measuredCases)
  const made = cases.flatMap((one) => {
    const text = name === undefined ? exportHgrm(one.case) : exportNamedHgrm(one.case, name)
    return text === null ? [] : [{ name: fullName(refOf(one)), text }]
  })
  const [only] = made
  if (only === undefined) throw name === undefined ? noLatency() : noHistogram(cases, name)
  if (made.length > 1) {
    throw usageError(
      'XRB_NO_CASE',
      `--hgrm holds one distribution, and ${made.length} are there: ${made.map((one) => one.name).join(', ')}.`,
      `--case '${only.name}'`,
    )
  }
  return only.text
}

function noLatency(): XrbenchError {
  return usageError(
    'XRB_NO_CASE',
    'There are no latencies to export.',
    '--csv has the rates of streams',
  )
}

function noHistogram(cases: readonly MeasuredCase[], name: string): XrbenchError {
  const [first] = cases.flatMap((one) => Object.keys(namedHistogramsIn(one.case)))
  return usageError(
    'XRB_NO_CASE',
    `--histogram: nothing is named '${name}'.`,
    first === undefined
      ? 'leave --histogram out: these cases have timed their latency alone'
      : `--histogram ${first}`,
  )
}
