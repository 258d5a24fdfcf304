import type { Case } from '../../plan/case.js'
import type { Repetition } from '../schema/schema.js'
import type { RepetitionReport } from './report.js'
import { measuredWindow } from './window.js'

/**
 * Connections of a stream over which nothing arrived in the whole measured phase, those included that did not come to measure at all. Of a
 * repetition that did not complete nothing can be said: `null`.
 */
export function starvedOf(c: Case, report: RepetitionReport): Pick<Repetition, 'starvedLinks'> {
  if (c.workload !== 'stream') return {}
  const links = [report.client, report.server].flatMap(({ outcome }) => outcome?.links ?? [])
  const receivers = links.filter(({ role }) => role === 'receiver')
  if (report.status !== 'completed' || receivers.length === 0) return { starvedLinks: null }
  const windows = receivers.map(measuredWindow)
  const fed = windows.filter((window) => window !== null && window.last.bytes > window.first.bytes)
  return { starvedLinks: windows.length - fed.length }
}
