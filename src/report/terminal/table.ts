import { layersOf } from '../../compare/layers.js'
import type { CaseResult, ResultDocument } from '../../results/schema/schema.js'
import { groupByPlace } from '../words/places.js'
import { arrivedLines } from './arrived.js'
import { columnsFor } from './columns.js'
import { explanation } from './explanation.js'
import { renderGrid } from './grid.js'
import { renderLayers } from './layer-lines.js'
import { flagWords, ownLines, sharedLines } from './legend.js'
import { renderSweep } from './matrix.js'
import { pathLines, placesOf, sharesPaths } from './paths.js'
import { sharedFacts } from './shared-facts.js'
import { sweepsOf } from './sweep.js'
import { palette, wrap } from './text.js'
import { hasFigures, troubleLines } from './trouble.js'

interface TableOptions {
  /** Columns of the terminal. Below 60 it is laid out for 60. */
  width: number
  color: boolean
}

/** A result as tables for people, what holds of all of it above, what its columns and flags mean below. Pure; ends with a line feed. */
export function renderTable(doc: ResultDocument, options: TableOptions): string {
  const width = Math.max(60, options.width)
  const style = palette(options.color)
  const shown = doc.cases.filter(hasFigures)
  const shared = sharedFacts(doc, shown)
  const hasPath = !sharesPaths(doc, shown)
  const grid = (cases: readonly CaseResult[]) =>
    cases.length === 0
      ? []
      : renderGrid(
          placesOf(doc, cases, { hasPath }),
          columnsFor(cases, doc.plannedRepetitions, { hasPath }),
          (one) => flagWords(one, shared),
          width,
          style,
        )
  const isStream = ({ workload }: CaseResult) => workload === 'stream'
  const swept = groupByPlace(shown, doc).map(({ title, cases }) => ({
    title,
    ...sweepsOf(cases),
  }))
  const rows = swept.flatMap(({ rest }) => rest)
  const sections = [
    [...pathLines(doc, shown), ...(shown.length === 0 ? [] : sharedLines(shared, width, style))],
    ...swept.flatMap(({ title, sweeps }) =>
      sweeps.map((sweep) => [
        ...(title === null ? [] : wrap(title, width, 2).map(style.dim)),
        ...renderSweep(sweep, shared, width, style),
      ]),
    ),
    grid(rows.filter((one) => !isStream(one))),
    arrivedLines(rows, width),
    grid(rows.filter(isStream)),
    renderLayers(layersOf(doc), width, style),
    troubleLines(doc, width),
    shown.length === 0
      ? []
      : wrap(explanation(doc, shown, rows, shared), width).map((line) => style.dim(line)),
    ownLines(shown, shared, width, style),
  ]
  const text = sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
  return `${text}\n`
}
