import type { Case } from '../../plan/case.js'
import type { Load } from '../schema/measures.js'
import type { MeasuredLink } from './measured-links.js'

/** What was asked of the senders, and what they did, within the window; `null` where no rate was asked for. */
export function loadOf({ parameters: p }: Case, links: readonly MeasuredLink[]): Load | null {
  if (p.rateBitsPerSec === 0 || links.length === 0) return null
  const directions = [...new Set(links.map(({ direction }) => direction))]
  const windows = links.flatMap(({ direction, server }) =>
    server === null ? [] : [{ direction, ...server.window }],
  )
  const isComplete = windows.length === links.length
  type Window = (typeof windows)[number]
  const sum = (of: Window[], pick: (mark: Window['last']) => number) =>
    of.reduce((all, { first, last }) => all + pick(last) - pick(first), 0)
  // With iterations, directions end at times of their own.
  const rate = (direction: Window['direction']) => {
    const own = windows.filter((window) => window.direction === direction)
    const seconds = Math.max(...own.map(({ first, last }) => last.timeNs - first.timeNs)) / 1e9
    return sum(own, (mark) => mark.bytes * 8) / seconds
  }
  return {
    offeredBitsPerSec: p.rateBitsPerSec * directions.length,
    achievedBitsPerSec: isComplete
      ? directions.reduce((all, direction) => all + rate(direction), 0)
      : null,
    forgivenBytes: isComplete ? sum(windows, (mark) => mark.forgivenBytes) : null,
  }
}
