import { mToNs } from 'tinybench'

/**
 * One line per task of a finished tinybench run: median and p99 of its calls.
 * @param {import('tinybench').Bench} bench
 */
export function taskLines(bench) {
  const rows = bench.tasks.map((task) => {
    const { result } = task
    if (result.state !== 'completed') {
      throw 'error' in result ? result.error : new Error(`${task.name}: ${result.state}`)
    }
    const { p50, p99, samplesCount } = result.latency
    return [task.name, durationText(mToNs(p50)), durationText(mToNs(p99)), String(samplesCount)]
  })
  return align([['', 'median', 'p99', 'samples'], ...rows])
}

/** @param {number} ns */
export function durationText(ns) {
  if (ns < 1_000) return `${ns.toFixed(1)} ns`
  if (ns < 1e6) return `${(ns / 1_000).toFixed(2)} µs`
  return `${(ns / 1e6).toFixed(1)} ms`
}

/** @param {boolean} met */
export const aimText = (met) => (met ? 'met' : 'MISSED')

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

/**
 * First column to the left, others to the right.
 * @param {string[][]} rows
 */
export function align(rows) {
  const widths = (rows[0] ?? []).map((_, i) =>
    Math.max(...rows.map((row) => (row[i] ?? '').length)),
  )
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  '),
  )
}
