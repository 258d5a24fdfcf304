import { statSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fullName, matches } from '../../compare/pattern.js'
import { type MeasuredCase, measuredCases, refOf, type Source } from '../../compare/source.js'
import { usageError, type XrbenchError } from '../../errors.js'
import { printableJson } from '../../foreign.js'
import { exportCsv } from '../../report/export/csv.js'
import { exportHgrm, exportNamedHgrm, namedHistogramsIn } from '../../report/export/hgrm.js'
import { exportHlog, hasTimes } from '../../report/export/hlog.js'
import { exportInflux } from '../../report/export/influx.js'
import { exportNdjson } from '../../report/export/ndjson.js'
import { exportOpenmetrics } from '../../report/export/openmetrics.js'
import { type CaseFile, caseFiles } from '../../report/export/per-case.js'
import { outputError } from '../../results/store/errors.js'
import { writeText } from '../../results/store/store.js'
import { measuredAt, refuseInputs, refuseResults } from '../files/output-files.js'
import { readSource, redactionKeyFor } from '../files/read-results.js'
import { note, print } from '../terminal/output.js'
import type { ExportFlags } from './flags.js'

const FORMATS = ['csv', 'ndjson', 'openmetrics', 'influx', 'hgrm', 'hlog', 'json'] as const
type Format = (typeof FORMATS)[number]
/** Formats of values, which the time series has as well. */
const OF_VALUES = {
  csv: exportCsv,
  ndjson: exportNdjson,
  openmetrics: exportOpenmetrics,
  influx: exportInflux,
}

/** `xrbench export`: all is read and made before a byte is written. */
export async function exportAction(files: readonly string[], flags: ExportFlags): Promise<void> {
  const format = formatOf(files, flags)
  const outputs = flags.output === undefined ? [] : [flags.output]
  await refuseInputs(files, outputs)
  if (format !== 'json') await refuseResults(outputs)
  const sources: Source[] = []
  const key = redactionKeyFor(flags.redact)
  for (const file of files) sources.push(chooseCases(await readSource(file, key), flags.case))
  if (sources.every(({ doc }) => doc.cases.length === 0)) {
    throw usageError('XRB_NO_CASE', `--case: no case is named '${flags.case}'.`, "--case 'tcp/*'")
  }
  const { output } = flags
  if (output !== undefined && (format === 'hgrm' || format === 'hlog') && isFolder(output)) {
    return writeFolder(output, files, eachCase(sources, format, flags.histogram))
  }
  const text = textOf(format, sources, flags)
  if (output === undefined) return print(text)
  const when = format === 'json' ? await measuredAt(output) : null
  if (when !== null) note(`note: ${output} had the result of ${when}, which is replaced`)
  await writeText(output, text)
}

/** @throws {XrbenchError} `XRB_USAGE` for none or several, and for what does not go with it */
function formatOf(files: readonly string[], flags: ExportFlags): Format {
  const chosen = FORMATS.filter((format) => flags[format])
  const [format] = chosen
  if (format === undefined || chosen.length > 1) {
    const all = FORMATS.map((one) => `--${one}`)
    throw usageError(
      'XRB_USAGE',
      `export takes one of ${all.slice(0, -1).join(', ')} and ${all.at(-1)}.`,
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
  if (flags.series && !(format in OF_VALUES)) {
    throw usageError(
      'XRB_USAGE',
      `--series is of ${Object.keys(OF_VALUES)
        .map((one) => `--${one}`)
        .join(', ')}.`,
      `xrbench export ${files[0]} --csv --series`,
    )
  }
  return format
}

function textOf(format: Format, sources: readonly Source[], flags: ExportFlags): string {
  switch (format) {
    case 'hgrm':
      return onlyHgrm(sources, flags.histogram)
    case 'hlog':
      return exportHlog(sources)
    case 'json':
      return onlyJson(sources)
    default:
      return OF_VALUES[format](sources, flags.series === true)
  }
}

function isFolder(path: string): boolean {
  return path.endsWith('/') || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

/** A file for each case that has anything of the kind. @throws {XrbenchError} `XRB_NO_CASE` when none has */
function eachCase(
  sources: readonly Source[],
  format: 'hgrm' | 'hlog',
  name: string | undefined,
): CaseFile[] {
  const cases = sources.flatMap(measuredCases)
  const made = cases.flatMap((one) => {
    const alone = { ...one.source, doc: { ...one.source.doc, cases: [one.case] } }
    const text = format === 'hgrm' ? hgrmOf(one, name) : hlogOf(alone, one)
    return text === null ? [] : [{ one, text }]
  })
  if (made.length === 0) throw name === undefined ? noLatency() : noHistogram(cases, name)
  return caseFiles(made, format)
}

function hlogOf(alone: Source, { case: one }: MeasuredCase): string | null {
  return hasTimes(one) ? exportHlog([alone]) : null
}

async function writeFolder(
  folder: string,
  inputs: readonly string[],
  made: readonly CaseFile[],
): Promise<void> {
  const outputs = made.map(({ name, text }) => ({ path: join(folder, name), text }))
  const paths = outputs.map(({ path }) => path)
  await refuseInputs(inputs, paths)
  await refuseResults(paths)
  await mkdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw outputError(folder, error)
  })
  for (const { path, text } of outputs) await writeText(path, text)
  await print(paths.map((path) => `${path}\n`).join(''))
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
    const text = hgrmOf(one, name)
    return text === null ? [] : [{ name: fullName(refOf(one)), text }]
  })
  const [only] = made
  if (only === undefined) throw name === undefined ? noLatency() : noHistogram(cases, name)
  if (made.length > 1) {
    throw usageError(
      'XRB_NO_CASE',
      `--hgrm holds one distribution, and ${made.length} are there: ${made.map((one) => one.name).join(', ')}.`,
      `-o FOLDER/ for a file of each, or --case '${only.name}'`,
    )
  }
  return only.text
}

function hgrmOf({ case: one }: MeasuredCase, name: string | undefined): string | null {
  return name === undefined ? exportHgrm(one) : exportNamedHgrm(one, name)
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
