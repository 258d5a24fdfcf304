import type { Mark } from '../../addon/addon.js'
import type { Case } from '../../plan/case.js'
import type { Throughput } from '../schema/measures.js'
import type { MeasuredLink } from './measured-links.js'
import { followedWindow, type Window } from './window.js'

interface Rate {
  goodputBitsPerSec: number
  messagesPerSec: number
}

/** What arrived within the window, over its length; `null` when nothing was measured. */
export function throughputOf(c: Case, links: readonly MeasuredLink[]): Throughput | null {
  if (links.length === 0) return null
  if (c.workload !== 'stream') {
    const windows = links.map((link) => link.window)
    return { ...rateOf(windows), measuredAt: 'initiator', perDirection: { up: null, down: null } }
  }
  const oneWay = (direction: 'up' | 'down') => {
    const those = links.filter((link) => link.direction === direction)
    return those.length > 0 ? rateOf(those.map((link) => link.window)) : null
  }
  const perDirection = { up: oneWay('up'), down: oneWay('down') }
  return { ...togetherOf(links), measuredAt: 'receiver', perDirection }
}

/**
 * Where iterations decide, each direction is through at its own time, and the other goes on with the whole path for itself. What both bring together is
 * what they brought as long as both were under way, to the nearest mark of the one that took longer.
 */
function togetherOf(links: readonly MeasuredLink[]): Rate {
  const forNs = sharedNs(links)
  const rates = (['up', 'down'] as const).flatMap((direction) => {
    const windows = links
      .filter((link) => link.direction === direction)
      .flatMap((link) => within(link, forNs) ?? [])
    return windows.length > 0 ? [rateOf(windows)] : []
  })
  return {
    goodputBitsPerSec: rates.reduce((sum, rate) => sum + rate.goodputBitsPerSec, 0),
    messagesPerSec: rates.reduce((sum, rate) => sum + rate.messagesPerSec, 0),
  }
}

/** Until the first direction was through. */
export function sharedNs(links: readonly MeasuredLink[]): number {
  const lengths = (['up', 'down'] as const).flatMap((direction) => {
    const windows = links.filter((link) => link.direction === direction).map((one) => one.window)
    return windows.length > 0 ? [Math.max(...windows.map(lengthNs))] : []
  })
  return Math.min(...lengths)
}

function within({ decider, window }: MeasuredLink, forNs: number): Window | null {
  if (lengthNs(window) <= forNs) return window
  const { first, last } = window
  const end = { ...last, timeNs: first.timeNs + forNs }
  return followedWindow(decider.marks, { first, last: end })
}

function lengthNs({ first, last }: Window): number {
  return last.timeNs - first.timeNs
}

function rateOf(windows: readonly Window[]): Rate {
  // All links of a direction have one window; one that ended early has a part of the longest.
  const seconds = Math.max(...windows.map(lengthNs)) / 1e9
  const perSec = (pick: (mark: Mark) => number) =>
    windows.reduce((sum, { first, last }) => sum + pick(last) - pick(first), 0) / seconds
  return {
    goodputBitsPerSec: perSec((mark) => mark.bytes * 8),
    messagesPerSec: perSec((mark) => mark.messages),
  }
}
