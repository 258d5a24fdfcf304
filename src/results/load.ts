import type { Case } from '../plan/case.js'
import type { MeasuredLink } from './measured-links.js'
import type { Load } from './schema-measures.js'

/** What was asked of the senders, and what they did, within the window; `null` where no rate was asked for. */
export function loadOf({ parameters: p }: Case, links: readonly MeasuredLink[]): Load | null {
  if (p.rateBitsPerSec === 0 || links.length === 0) return null
  const directions = new Set(links.map(({ direction }) => direction)).size
  const windows = links.flatMap(({ server }) => server?.window ?? [])
  const isComplete = windows.length === links.length
  const sum = (pick: (mark: (typeof windows)[number]['last']) => number) =>
    windows.reduce((all, { first, last }) => all + pick(last) - pick(first), 0)
  const seconds = Math.max(...windows.map(({ first, last }) => last.timeNs - first.timeNs)) / 1e9
  return {
    offeredBitsPerSec: p.rateBitsPerSec * directions,
    achievedBitsPerSec: isComplete ? sum((mark) => mark.bytes * 8) / seconds : null,
    forgivenBytes: isComplete ? sum((mark) => mark.forgivenBytes) : null,
  }
}
