import { comparedFigure, figureSpread, judge, ratioSpread } from './statistics.mjs'

/**
 * @typedef {import('./configurations.mjs').Configuration} Configuration
 * @typedef {import('./rounds.mjs').Round} Round
 */

const NOTHING = '–'

const PING_PONG_COLUMNS = /** @type {const} */ ([
  ['p50', 'p50Ns', microseconds],
  ['p99', 'p99Ns', microseconds],
  ['p99.9', 'p999Ns', microseconds],
  ['samples', 'samples', thousands],
])

const STREAM_COLUMNS = /** @type {const} */ ([
  ['messages', 'messagesPerSec', perSecond],
  ['goodput', 'goodputBitsPerSec', gigabits],
  ['message', 'messageSizeBytes', bytes],
  ['lost', 'lossFraction', percent],
  ['delivered', 'deliveredFraction', percent],
])

/**
 * What is held against a bound of its own.
 * @type {Partial<Record<import('./configurations.mjs').Aim['metric'], [string, (value: number) => string]>>}
 */
const OWN_FIGURES = {
  lossFraction: ['lost', percent],
  deliveredFraction: ['delivered', percent],
  packetsPerMessage: ['packets per message and direction', (value) => value.toFixed(3)],
}

/**
 * The table of one configuration: a line per tool, medians over the rounds, then the ratio and the aim it is held to.
 * @param {Configuration} configuration
 * @param {readonly Round[]} rounds
 */
export function renderConfiguration(configuration, rounds) {
  const ratioFigure = comparedFigure(configuration)
  const columns = ratioFigure === 'p50Ns' ? PING_PONG_COLUMNS : STREAM_COLUMNS
  const shown = columns.filter(([, figure]) =>
    configuration.tools.some((t) => figureSpread(rounds, t, figure)),
  )

  const header = ['', ...shown.map(([title]) => title), `xrbench ÷ it (min–max)`, 'aim', 'met']
  const lines = configuration.tools.map((tool) => {
    const cells = shown.map(([, figure, format]) => {
      const value = figureSpread(rounds, tool, figure)
      return value === null ? NOTHING : format(value.median)
    })
    // Paced streams have a rate of their own each, so their ratio says nothing.
    const isCompared = tool !== 'xrbench' && configuration.workload !== 'paced'
    const ratio = isCompared ? ratioSpread(rounds, tool, ratioFigure) : null
    const aim = configuration.aims.find((a) => a.peer === tool)
    const verdict = aim === undefined ? null : judge(aim, rounds)
    return [
      tool,
      ...cells,
      ratio === null ? '' : ratioText(ratio),
      verdict === null ? '' : aimText(verdict),
      verdict === null ? '' : metText(verdict.met),
    ]
  })
  const own = configuration.aims
    .filter((aim) => aim.peer === null)
    .map((aim) => {
      const verdict = judge(aim, rounds)
      const [what, format] = OWN_FIGURES[aim.metric] ?? [aim.metric, String]
      const seen =
        verdict.value === null
          ? NOTHING
          : `${format(verdict.value.median)} (${format(verdict.value.min)}–${format(verdict.value.max)})`
      return `  xrbench ${what}: ${seen}, aim ${verdict.sense} ${format(verdict.bound)}: ${metText(verdict.met)}`
    })
  return [
    `${configuration.name}, ${rounds.length} ${rounds.length === 1 ? 'round' : 'rounds'}`,
    ...align([header, ...lines]),
    ...own,
    ...doubts(rounds),
  ].join('\n')
}

/** @param {readonly Round[]} rounds */
function doubts(rounds) {
  const failures = rounds.flatMap((round, i) =>
    Object.entries(round.failures).map(
      ([tool, sentence]) => `  round ${i + 1}: ${tool} failed: ${sentence}`,
    ),
  )
  const flags = [...new Set(rounds.flatMap((round) => round.figures.xrbench?.flags ?? []))]
  return flags.length === 0 ? failures : [...failures, `  xrbench's flags: ${flags.join(' ')}`]
}

/** @param {string[][]} rows first column to the left, others to the right */
function align(rows) {
  const widths = (rows[0] ?? []).map((_, i) =>
    Math.max(...rows.map((row) => (row[i] ?? '').length)),
  )
  return rows.map((row) =>
    `  ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ')}`.trimEnd(),
  )
}

/** @param {{ median: number, min: number, max: number }} ratio */
const ratioText = ({ median, min, max }) =>
  `${median.toFixed(3)} (${min.toFixed(3)}–${max.toFixed(3)})`

/** @param {import('./configurations.mjs').Aim} aim */
const aimText = ({ sense, bound }) => `${sense === 'at most' ? '≤' : '≥'} ${bound.toFixed(2)}`

/** @param {boolean | null} met */
const metText = (met) => (met === null ? 'unknown' : met ? 'yes' : 'NO')

/** @param {number} ns */
function microseconds(ns) {
  return `${(ns / 1000).toFixed(ns < 100_000 ? 2 : 1)} µs`
}

/** @param {number} count */
function thousands(count) {
  return count < 10_000 ? String(Math.round(count)) : `${Math.round(count / 1000)}k`
}

/** @param {number} bitsPerSec */
function gigabits(bitsPerSec) {
  if (bitsPerSec < 1e9) return `${(bitsPerSec / 1e6).toFixed(1)} Mbit/s`
  return `${(bitsPerSec / 1e9).toFixed(2)} Gbit/s`
}

/** @param {number} messages */
function perSecond(messages) {
  return `${(messages / 1000).toFixed(1)} k/s`
}

/** @param {number} count */
function bytes(count) {
  return `${count} B`
}

/** @param {number} fraction */
function percent(fraction) {
  return `${(fraction * 100).toFixed(2)} %`
}
