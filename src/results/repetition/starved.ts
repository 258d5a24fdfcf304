import type { LinkOutcome } from '../../addon/addon.js'
import type { Case } from '../../plan/case.js'
import type { Repetition } from '../schema/schema.js'
import type { RepetitionReport } from './report.js'
import { measuredWindow } from './window.js'

/**
 * Connections of a stream over which nothing arrived for the time-out of the case on end, or in the whole measured phase, those included that did not
 * come to measure at all. Of a repetition that did not complete nothing can be said: `null`.
 */
export function starvedOf(c: Case, report: RepetitionReport): Pick<Repetition, 'starvedLinks'> {
  if (c.workload !== 'stream') return {}
  const links = [report.client, report.server].flatMap(({ outcome }) => outcome?.links ?? [])
  const receivers = links.filter(({ role }) => role === 'receiver')
  if (report.status !== 'completed' || receivers.length === 0) return { starvedLinks: null }
  const longestNs = c.parameters.idleTimeoutNs + messageIntervalNs(c)
  return { starvedLinks: receivers.filter((link) => isStarved(link, longestNs)).length }
}

/** Between two messages of a connection; 0 without a rate. */
function messageIntervalNs({ parameters: p }: Case): number {
  return p.rateBitsPerSec === 0 ? 0 : (p.messageSizeBytes * 8e9 * p.streams) / p.rateBitsPerSec
}

/** By its marks, so that a silence counts from the first interval that is wholly within it. */
function isStarved(link: LinkOutcome, longestNs: number): boolean {
  const window = measuredWindow(link)
  if (window === null || window.last.bytes <= window.first.bytes) return true
  let silentSince = window.first
  return link.marks.some((mark) => {
    if (mark.bytes > silentSince.bytes) silentSince = mark
    return mark.timeNs - silentSince.timeNs >= longestNs
  })
}
