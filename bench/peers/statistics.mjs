/**
 * Median and extremes of what several rounds gave; `null` for no rounds. Rounds are few, so no interval is made of them:
 * the extremes are the spread.
 * @param {readonly number[]} values
 */
export function spread(values) {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = /** @type {number} */ (sorted[middle])
  const lower = sorted.length % 2 === 1 ? upper : /** @type {number} */ (sorted[middle - 1])
  return {
    median: (lower + upper) / 2,
    min: /** @type {number} */ (sorted[0]),
    max: /** @type {number} */ (sorted.at(-1)),
    count: sorted.length,
  }
}

/**
 * What two tools are held against each other by.
 * @param {Pick<import('./configurations.mjs').Configuration, 'workload'>} configuration
 */
export function comparedFigure({ workload }) {
  if (workload === 'ping-pong' || workload === 'requests') return 'p50Ns'
  return workload === 'rate' ? 'messagesPerSec' : 'goodputBitsPerSec'
}

/**
 * One figure of one tool over the rounds in which it was measured.
 * @param {readonly import('./rounds.mjs').Round[]} rounds
 * @param {import('./configurations.mjs').ToolName} tool
 * @param {keyof import('./rounds.mjs').Figures} figure
 */
export function figureSpread(rounds, tool, figure) {
  return spread(rounds.flatMap((round) => numberOrNothing(round.figures[tool]?.[figure])))
}

/**
 * xrbench ÷ peer, formed within each round, so that a drift of the machine from round to round cancels out.
 * @param {readonly import('./rounds.mjs').Round[]} rounds
 * @param {import('./configurations.mjs').ToolName} peer
 * @param {keyof import('./rounds.mjs').Figures} figure
 */
export function ratioSpread(rounds, peer, figure) {
  return spread(
    rounds.flatMap((round) => {
      const [ours] = numberOrNothing(round.figures.xrbench?.[figure])
      const [theirs] = numberOrNothing(round.figures[peer]?.[figure])
      return ours === undefined || theirs === undefined || theirs === 0 ? [] : [ours / theirs]
    }),
  )
}

/**
 * Holds the median against the bound; `null` when there is nothing to hold.
 * @param {import('./configurations.mjs').Aim} aim
 * @param {readonly import('./rounds.mjs').Round[]} rounds
 */
export function judge(aim, rounds) {
  const value =
    aim.peer === null
      ? figureSpread(rounds, 'xrbench', aim.metric)
      : ratioSpread(rounds, aim.peer, aim.metric)
  if (value === null) return { ...aim, value, met: null }
  return {
    ...aim,
    value,
    met: aim.sense === 'at most' ? value.median <= aim.bound : value.median >= aim.bound,
  }
}

/** @param {unknown} value */
const numberOrNothing = (value) =>
  typeof value === 'number' && Number.isFinite(value) ? [value] : []
