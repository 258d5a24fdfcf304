import type { Across } from '../compare/schema.js'
import { harmless, harmlessValue } from '../foreign.js'
import { Collector } from '../report/digest/collect.js'
import { renderPage } from '../report/page/page.js'
import { readChartsScript } from '../report/page/script.js'
import { refuseUnusable } from '../results/document/usable.js'
import type { ResultDocument } from '../results/schema/schema.js'
import { badRequest } from './bad-request.js'

/** What a page of {@link report} says of its results. */
export interface ReportOptions {
  /** Heading of the page. Default: `xrbench report`. */
  readonly title?: string | undefined
  /** The difference that is studied, where there are several results. Default: none. */
  readonly across?: Across | undefined
  /** What the results are called. Default: `result 1`, `result 2` … */
  readonly names?: readonly string[] | undefined
}

/**
 * One self-contained HTML page of results, the first of which is the base: what to conclude, then charts. It loads nothing.
 * @returns the page; nothing is written
 * @throws {XrbenchError} `XRB_RESULT_FILE` for a result that contradicts itself, or holds nothing that was measured, `XRB_SAME_RESULT` (exit 2);
 * `XRB_NO_CHARTS` (exit 3)
 */
export async function report(
  results: readonly ResultDocument[],
  { title = 'xrbench report', across, names = [] }: ReportOptions = {},
): Promise<string> {
  if (results.length === 0) throw badRequest('results: a report is of one at least.')
  const collector = new Collector(across ?? null)
  for (const [i, result] of results.entries()) {
    const source = { file: harmless(names[i] ?? `result ${i + 1}`), doc: harmlessValue(result) }
    refuseUnusable(source.doc, source.file, 'validate tells all')
    collector.add(source)
  }
  return renderPage(collector.finish(), await readChartsScript(), title)
}
