import type { Loss } from '../schema/measures.js'
import type { MeasuredLink } from './measured-links.js'
import type { Window } from './window.js'

/** What became of the datagrams of the measured phase, from sequence numbers; `null` when nothing was measured. */
export function lossOf(links: readonly MeasuredLink[]): Loss | null {
  if (links.length === 0) return null
  const total = { sent: 0, lost: 0, reordered: 0, duplicates: 0, late: 0 }
  let dropsSender: number | null = 0
  let dropsReceiver: number | null = 0
  for (const link of links) {
    const { first, last } = link.window
    // A gap that closes later takes its loss back; across the edge of the phase that can fall below 0.
    const lost = Math.max(0, last.lost - first.lost)
    total.lost += lost
    total.sent += last.messages - first.messages + lost
    total.reordered += last.reordered - first.reordered
    total.duplicates += last.duplicates - first.duplicates
    total.late += last.late - first.late
    const own = drops(link.window)
    const other = link.server === null ? null : drops(link.server.window)
    const initiates = link.decider.role === 'initiator'
    dropsSender = sum(dropsSender, initiates ? own : other)
    dropsReceiver = sum(dropsReceiver, initiates ? other : own)
  }
  return withFraction({
    ...total,
    localDropsSender: dropsSender,
    localDropsReceiver: dropsReceiver,
  })
}

/** The losses of several repetitions added; `null` without any. */
export function addLosses(losses: readonly Loss[]): Loss | null {
  if (losses.length === 0) return null
  const total = (pick: (loss: Loss) => number) => losses.reduce((all, loss) => all + pick(loss), 0)
  const known = (pick: (loss: Loss) => number | null) =>
    losses.reduce<number | null>((all, loss) => sum(all, pick(loss)), 0)
  return withFraction({
    sent: total(({ sent }) => sent),
    lost: total(({ lost }) => lost),
    reordered: total(({ reordered }) => reordered),
    duplicates: total(({ duplicates }) => duplicates),
    late: total(({ late }) => late),
    localDropsSender: known(({ localDropsSender }) => localDropsSender),
    localDropsReceiver: known(({ localDropsReceiver }) => localDropsReceiver),
  })
}

function withFraction(loss: Omit<Loss, 'lostFraction'>): Loss {
  const { sent, lost, ...others } = loss
  return { sent, lost, lostFraction: sent > 0 ? lost / sent : null, ...others }
}

function drops({ first, last }: Window): number {
  return Math.max(0, last.localDrops - first.localDrops)
}

function sum(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b
}
