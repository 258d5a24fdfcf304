import { CONFIDENCE, CONFIDENCE_WORDS } from '../../compare/level.js'
import { probabilityWords } from '../../compare/probability-words.js'
import type { Comparison, Pair, Row, Side } from '../../compare/schema.js'
import type { ForestChart } from '../charts/chart.js'
import { sizeWords } from '../charts/ticks.js'
import {
  intervalWords,
  pairTitle,
  shiftWords,
  valueWords,
  verdictWords,
} from '../words/compare-words.js'
import { clip } from './names.js'
import type { VariantRatio } from './transport-ratios.js'

/** More intervals than that nobody reads: those that differ come first. */
const MOST_ROWS = 30
const MOST_TABLE_ROWS = 300
const DRAWN: readonly Row['metric'][] = ['p50', 'p99', 'throughput', 'cpu-client', 'cpu-server']
const HEAD = ['', 'base', 'new', 'ratio', `${CONFIDENCE_WORDS} interval`, 'p', 'n', 'verdict']

const CAPTION = `Each mark is a ratio (Hodges-Lehmann over the repetitions), each bar its ${CONFIDENCE_WORDS} interval. Of throughput more is better, of all else less; a bar that crosses the line at ×1 leaves open which side is better.`
const NEW_TO_BASE = 'new / base, with its interval'

interface NamedRow {
  name: string
  row: Row
}

/** Two results, side by side. */
export function comparisonForest(
  { pairs }: Comparison,
  names: { base: string; new: string },
  id: string,
): ForestChart | null {
  const rows = pairs.flatMap((pair) => namedRows(nameOf(pair), pair))
  const title = `${names.new} against ${names.base}`
  return forestOf(rows, { id, title, caption: CAPTION, xName: NEW_TO_BASE })
}

/** Many results against one base: what differs most. */
export function manyForest(
  comparisons: readonly Comparison[],
  nameOfSide: (side: Side) => string,
  base: string,
): ForestChart | null {
  const rows = comparisons.flatMap(({ pairs, new: side }) => {
    const result = nameOfSide(side)
    return pairs.flatMap((pair) => namedRows(`${result}: ${nameOf(pair)}`, pair))
  })
  const title = `${comparisons.length} results against ${base}`
  return forestOf(byWeight(rows), { id: 'comparison', title, caption: CAPTION, xName: NEW_TO_BASE })
}

/** The variants of one run at one place against the first of them. */
export function variantForest(ratios: readonly VariantRatio[], id: string): ForestChart | null {
  const [first] = ratios
  if (first === undefined) return null
  const rows = ratios
    .filter(({ base }) => base === first.base)
    .map(({ new: name, bytes, workload, row }) => ({
      name: `${name}, ${workload} ${sizeWords(bytes)}, ${row.metric}`,
      row,
    }))
  return forestOf(rows, {
    id,
    title: `Other transports against ${first.base}`,
    caption: `${CAPTION} The base is ${first.base} with messages of the same size, measured in turn in the same run.`,
    xName: `ratio to ${first.base}, with its interval`,
  })
}

function forestOf(
  rows: readonly NamedRow[],
  { caption, ...named }: Pick<ForestChart, 'id' | 'title' | 'caption' | 'xName'>,
): ForestChart | null {
  const drawn = rows.filter(({ row }) => isRatio(row) && DRAWN.includes(row.metric))
  if (drawn.length === 0) return null
  const chosen = drawn.length <= MOST_ROWS ? drawn : byWeight(drawn).slice(0, MOST_ROWS)
  const left = drawn.length - chosen.length
  const beyond = rows.length - MOST_TABLE_ROWS
  const weakest = Math.min(...chosen.map(({ row }) => row.effect?.confidence ?? 1))
  return {
    kind: 'forest',
    ...named,
    caption: [
      caption,
      weakest < CONFIDENCE
        ? `With so few repetitions there is no interval of ${CONFIDENCE_WORDS}: some bars hold with ${Math.floor(weakest * 100)} % confidence only.`
        : '',
      left > 0 ? `Of ${drawn.length} ratios those ${MOST_ROWS} that differ most are drawn.` : '',
      beyond > 0
        ? `The table ends after ${MOST_TABLE_ROWS} rows; xrbench compare --json has all.`
        : '',
    ]
      .filter((sentence) => sentence !== '')
      .join(' '),
    rows: chosen.flatMap(({ name, row: { effect, verdict } }) =>
      effect === null || verdict === 'not-compared'
        ? []
        : [{ name, estimate: effect.estimate, low: effect.low, high: effect.high, verdict }],
    ),
    table: { head: HEAD, rows: rows.slice(0, MOST_TABLE_ROWS).map(cellsOf) },
  }
}

/** A bound of 0 or without end has no place on a logarithmic axis; it has one in the table. */
function isRatio({ effect }: Row): boolean {
  return (
    effect !== null &&
    effect.kind === 'ratio' &&
    [effect.estimate, effect.low, effect.high].every((value) => value > 0 && Number.isFinite(value))
  )
}

const isShown = (verdict: Row['verdict']) => verdict === 'better' || verdict === 'worse'

function byWeight(rows: readonly NamedRow[]): NamedRow[] {
  const differs = ({ row }: NamedRow) => (isShown(row.verdict) ? 1 : 0)
  const size = ({ row }: NamedRow) => Math.abs(Math.log(row.effect?.estimate ?? 1))
  return rows.toSorted((a, b) => differs(b) - differs(a) || size(b) - size(a))
}

function cellsOf({ name, row }: NamedRow): string[] {
  const { effect, base, new: other } = row
  const values = [valueWords(base.median, row.unit), valueWords(other.median, row.unit)]
  const n = `${base.values.length}, ${other.values.length}`
  if (effect === null) return [name, ...values, '–', '–', '–', n, `not compared: ${row.missing}`]
  return [
    name,
    ...values,
    shiftWords(effect, effect.estimate),
    intervalWords(effect),
    probabilityWords(effect.adjustedP),
    n,
    verdictWords(row),
  ]
}

function namedRows(name: string, { rows }: Pair): NamedRow[] {
  return rows.map((row) => ({ name: `${name}, ${row.metric}`, row }))
}

function nameOf(pair: Pair): string {
  return clip(pairTitle(pair), 72)
}
