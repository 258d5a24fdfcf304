import { caseName } from '../../results/document/case-name.js'
import type { CaseResult } from '../../results/schema/schema.js'
import { percentileReader } from '../words/percentile-reader.js'
import { time } from '../words/quantity.js'

const HEIGHT = 10
const MARKS = 'abcdefghijklmnopqrstuvwxyz'
const TICKS = [0, 50, 90, 99, 99.9, 99.99, 99.999, 99.9999]

interface Line {
  mark: string
  key: string
  isLossy: boolean
  /** Of the messages, at a depth of d tenfolds: 1 - 10^-d. */
  at(depth: number): number | null
}

/**
 * The percentile curve of each ping-pong as text: over logarithmic nines, time in logarithmic steps too. A curve ends where fewer
 * than ten samples lie beyond it, and before the messages that were lost, which count as infinitely late.
 */
export function renderCurve(cases: readonly CaseResult[], width: number): string[] {
  const lines =
    cases.flatMap((one) => one.summary?.latency ?? []).length === 0 ? [] : linesOf(cases)
  const depth = Math.max(0, ...lines.map(deepest))
  if (depth === 0) return []
  const labelWidth = 8
  const columns = Math.max(20, Math.min(64, width - labelWidth - 4))
  const depths = Array.from({ length: columns }, (_, i) => (depth * i) / (columns - 1))
  const values = lines.map((line) => depths.map((d) => line.at(d)))
  const known = values.flat().filter((value) => value !== null)
  const [low, high] = [Math.log(Math.min(...known)), Math.log(Math.max(...known) * 1.0001)]
  const grid = Array.from({ length: HEIGHT }, () => new Array<string>(columns).fill(' '))
  lines.forEach(({ mark }, i) => {
    values[i]?.forEach((value, column) => {
      if (value === null) return
      const row = HEIGHT - 1 - Math.round(((Math.log(value) - low) / (high - low)) * (HEIGHT - 1))
      const cells = grid[row]
      if (cells) cells[column] = cells[column] === ' ' || cells[column] === mark ? mark : '*'
    })
  })
  const label = (row: number) => time(Math.exp(high - ((high - low) * row) / (HEIGHT - 1)))
  return [
    'Round trip (upwards, logarithmic) at each percentile, all repetitions together:',
    ...grid.map((cells, row) => {
      const text = row % 3 === 0 ? label(row) : ''
      return `${text.padStart(labelWidth)} ${text === '' ? '│' : '┤'}${cells.join('')}`.trimEnd()
    }),
    `${' '.repeat(labelWidth)} └${'─'.repeat(columns)}`,
    ticks(depth, columns, labelWidth + 2),
    ...lines.map(({ mark, key }) => `${mark} ${key}`),
    ...(lines.length > 1 ? ['* more than one of them'] : []),
    ...(lines.some(({ isLossy }) => isLossy)
      ? ['Lost messages count as infinitely late: a curve ends before them.']
      : []),
  ]
}

function linesOf(cases: readonly CaseResult[]): Line[] {
  return cases
    .flatMap((one) => {
      if (!one.summary?.latency) return []
      const { latency, loss } = one.summary
      return [{ key: caseName(one), latency, lost: loss?.lost ?? 0 }]
    })
    .slice(0, MARKS.length)
    .map(({ key, latency, lost }, i) => ({
      key,
      mark: MARKS[i] ?? '?',
      isLossy: lost > 0,
      at: percentileReader(latency, lost),
    }))
}

/** Down to steps of a hundredth of a nine. */
function deepest({ at }: Line): number {
  let depth = 0
  while (depth < 7 && at(depth + 0.01) !== null) depth += 0.01
  return depth
}

function ticks(depth: number, columns: number, indent: number): string {
  const text = new Array<string>(indent + columns + 8).fill(' ')
  let free = 0
  for (const percent of TICKS) {
    const at = -Math.log10(1 - percent / 100)
    if (at > depth + 1e-9) break
    const label = percent === 0 ? '0 %' : `${percent}`
    const start = Math.max(
      0,
      indent + Math.round((at / depth) * (columns - 1)) - Math.floor(label.length / 2),
    )
    if (start < free) continue
    for (const [i, letter] of [...label].entries()) text[start + i] = letter
    free = start + label.length + 1
  }
  return text.join('').trimEnd()
}
