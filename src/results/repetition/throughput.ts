import type { Mark } from '../../addon/addon.js'
import type { Case } from '../../plan/case.js'
import type { Throughput } from '../schema/measures.js'
import type { MeasuredLink } from './measured-links.js'

interface Rate {
  goodputBitsPerSec: number
  messagesPerSec: number
}

/** What arrived within the window, over its length; `null` when nothing was measured. */
export function throughputOf(c: Case, links: readonly MeasuredLink[]): Throughput | null {
  if (links.length === 0) return null
  if (c.workload !== 'stream') {
    return { ...rateOf(links), measuredAt: 'initiator', perDirection: { up: null, down: null } }
  }
  const oneWay = (direction: 'up' | 'down') => {
    const those = links.filter((link) => link.direction === direction)
    return those.length > 0 ? rateOf(those) : null
  }
  const perDirection = { up: oneWay('up'), down: oneWay('down') }
  // Where iterations decide, each direction is through at its own time: rates over different lengths do not add up.
  return { ...rateOf(links), measuredAt: 'receiver', perDirection }
}

function rateOf(links: readonly MeasuredLink[]): Rate {
  const windows = links.map((link) => link.window)
  // All links of a direction have one window; one that ended early, or with its direction, has a part of the longest.
  const seconds = Math.max(...windows.map(({ first, last }) => last.timeNs - first.timeNs)) / 1e9
  const perSec = (pick: (mark: Mark) => number) =>
    windows.reduce((sum, { first, last }) => sum + pick(last) - pick(first), 0) / seconds
  return {
    goodputBitsPerSec: perSec((mark) => mark.bytes * 8),
    messagesPerSec: perSec((mark) => mark.messages),
  }
}
