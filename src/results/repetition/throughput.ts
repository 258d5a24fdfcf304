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
  // Each over its own length: where iterations decide, those of two directions differ.
  const ways = [perDirection.up, perDirection.down].filter((way) => way !== null)
  const total = (pick: (way: Rate) => number) => ways.reduce((sum, way) => sum + pick(way), 0)
  return {
    goodputBitsPerSec: total((way) => way.goodputBitsPerSec),
    messagesPerSec: total((way) => way.messagesPerSec),
    measuredAt: 'receiver',
    perDirection,
  }
}

function rateOf(links: readonly MeasuredLink[]): Rate {
  const windows = links.map((link) => link.window)
  // All links of a direction have one window; one that ended early has a part of it.
  const seconds = Math.max(...windows.map(({ first, last }) => last.timeNs - first.timeNs)) / 1e9
  const perSec = (pick: (mark: Mark) => number) =>
    windows.reduce((sum, { first, last }) => sum + pick(last) - pick(first), 0) / seconds
  return {
    goodputBitsPerSec: perSec((mark) => mark.bytes * 8),
    messagesPerSec: perSec((mark) => mark.messages),
  }
}
