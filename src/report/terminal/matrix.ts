import { percentileWithLoss } from '../../results/histogram/percentile-with-loss.js'
import { sortFlags } from '../../results/schema/flag-names.js'
import type { CaseResult } from '../../results/schema/schema.js'
import { ABSENT, bitRate, percentage, time } from '../words/quantity.js'
import { ownFlags, type SharedFacts } from './shared-facts.js'
import type { Sweep } from './sweep.js'
import { type Palette, wrap, wrapKey } from './text.js'

const GAP = 2
/** Of a column's name: the rest goes on below. */
const NAME_WIDTH = 12

interface Figure {
  title: string
  cell(result: CaseResult): string
  /** Not said: of which there is a cell. */
  isToldOf?(result: CaseResult): boolean
}

/** Of a sweep that lost nothing there is no matrix of zeros. */
const LOST: Figure = {
  title: 'lost',
  cell: ({ summary }) => percentage(summary?.loss?.lostFraction),
  isToldOf: ({ summary }) => (summary?.loss?.lost ?? 0) > 0,
}

const OF_STREAMS: readonly Figure[] = [
  { title: 'goodput', cell: ({ summary }) => bitRate(summary?.spread.goodputBitsPerSec?.median) },
  LOST,
]

const OF_LATENCY: readonly Figure[] = [
  ...(
    [
      ['p50', 'p50'],
      ['p99', 'p99'],
      ['p99.9', 'p999'],
    ] as const
  ).map(
    ([title, key]): Figure => ({
      title,
      cell: ({ summary }) => time(summary?.latency && percentileWithLoss(summary.latency, key)),
    }),
  ),
  LOST,
]

/** A sweep as one matrix for each figure: its values downwards, what was measured sideways. */
export function renderSweep(
  sweep: Sweep,
  shared: SharedFacts,
  width: number,
  style: Palette,
): string[] {
  const figures = sweep.workload === 'stream' ? OF_STREAMS : OF_LATENCY
  const all = sweep.rows.flatMap(({ cases }) => cases.flatMap((one) => one ?? []))
  const known = figures.filter(({ cell, isToldOf }) =>
    all.some(isToldOf ?? ((one) => cell(one) !== ABSENT)),
  )
  return [
    ...known.flatMap((figure, i) => [
      ...(i === 0 ? [] : ['']),
      style.bold(`${sweep.workload}: ${figure.title} by ${sweep.axis}`),
      ...matrixLines(sweep, figure, shared, width),
    ]),
    ...flagLines(sweep, shared, width),
  ]
}

/** As many columns beside one another as fit, the others below. */
function matrixLines(sweep: Sweep, { cell }: Figure, shared: SharedFacts, width: number): string[] {
  const values = sweep.rows.map(({ value }) => value)
  const valueWidth = Math.max(sweep.axis.length, ...values.map((value) => value.length))
  const columns = sweep.series.map((name, i) => {
    const heading = wrapKey(name, NAME_WIDTH)
    const texts = sweep.rows.map(({ cases }) => {
      const one = cases[i]
      if (!one) return ''
      return `${cell(one)}${ownFlags(one, shared).length > 0 ? '*' : ' '}`
    })
    return { heading, texts, width: Math.max(...[...heading, ...texts].map((text) => text.length)) }
  })
  const lines: string[] = []
  for (let from = 0; from < columns.length; ) {
    let room = width - valueWidth
    let until = from
    while (until < columns.length && (until === from || room >= GAP + (columns[until]?.width ?? 0)))
      room -= GAP + (columns[until++]?.width ?? 0)
    const block = columns.slice(from, until)
    const height = Math.max(...block.map(({ heading }) => heading.length))
    const line = (first: string, text: (column: (typeof block)[number]) => string) =>
      `${first.padStart(valueWidth)}${block
        .map((column) => ' '.repeat(GAP) + text(column).padStart(column.width))
        .join('')}`.trimEnd()
    for (let row = 0; row < height; row++) {
      const first = row === height - 1 ? sweep.axis : ''
      lines.push(line(first, ({ heading }) => heading[row - height + heading.length]?.trim() ?? ''))
    }
    for (const [row, value] of values.entries())
      lines.push(line(value, ({ texts }) => texts[row] ?? ''))
    from = until
  }
  return lines
}

/** Which cells a flag is of, in a line for each flag. */
function flagLines({ series, rows }: Sweep, shared: SharedFacts, width: number): string[] {
  const flagged = series.flatMap((name, i) =>
    rows.flatMap(({ value, cases }) => {
      const one = cases[i]
      return one ? [{ name, value, flags: ownFlags(one, shared) }] : []
    }),
  )
  return sortFlags(flagged.flatMap(({ flags }) => flags)).flatMap((flag) => {
    const where = series.flatMap((name) => {
      const values = flagged.filter((one) => one.name === name && one.flags.includes(flag))
      if (values.length === 0) return []
      const all = values.length === flagged.filter((one) => one.name === name).length
      return [all ? name : `${name} ${values.map(({ value }) => value).join(' ')}`]
    })
    return wrap(`* ${flag}: ${where.join('; ')}`, width, 4)
  })
}
