import type { Case } from '../plan/case.js'
import type { MeasuredLink } from './measured-links.js'
import type { Throughput } from './schema-measures.js'

interface Rate {
  goodputBitsPerSec: number
  messagesPerSec: number
}

/** What arrived, between the receiver's own time stamps, connections added; `null` when nothing was measured. */
export function throughputOf(c: Case, links: readonly MeasuredLink[]): Throughput | null {
  if (links.length === 0) return null
  const total = rateOf(links)
  if (c.workload !== 'stream') {
    return { ...total, measuredAt: 'initiator', perDirection: { up: null, down: null } }
  }
  const oneWay = (direction: 'up' | 'down') => {
    const those = links.filter((link) => link.direction === direction)
    return those.length > 0 ? rateOf(those) : null
  }
  const perDirection = { up: oneWay('up'), down: oneWay('down') }
  return { ...total, measuredAt: 'receiver', perDirection }
}

function rateOf(links: readonly MeasuredLink[]): Rate {
  const total: Rate = { goodputBitsPerSec: 0, messagesPerSec: 0 }
  for (const { first, last } of links.map((link) => link.window)) {
    const seconds = (last.timeNs - first.timeNs) / 1e9
    total.goodputBitsPerSec += ((last.bytes - first.bytes) * 8) / seconds
    total.messagesPerSec += (last.messages - first.messages) / seconds
  }
  return total
}
