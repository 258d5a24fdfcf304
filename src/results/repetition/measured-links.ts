import type { LinkOutcome } from '../../addon/addon.js'
import type { Case } from '../../plan/case.js'
import type { RepetitionReport } from './report.js'
import { followedWindow, measuredWindow, type Window } from './window.js'

/** One connection with both of its ends, and what each end's numbers cover. */
export interface MeasuredLink {
  /** Of the payload: to the server or to the client. A ping-pong's is `up`. */
  direction: 'up' | 'down'
  /** Initiator or receiver, and its measured phase. */
  decider: LinkOutcome
  window: Window
  deciderEnd: 'client' | 'server'
  /** Responder or sender, when its end could report. */
  server: { link: LinkOutcome; window: Window } | null
}

/**
 * The connections that came as far as the measured phase. The n-th receiver of one end belongs to the n-th
 * sender of the other.
 */
export function measuredLinks(c: Case, report: RepetitionReport): MeasuredLink[] {
  const client = report.client.outcome?.links ?? []
  const server = report.server.outcome?.links ?? []
  if (c.workload !== 'stream') {
    return pair('up', 'client', withRole(client, 'initiator'), withRole(server, 'responder'))
  }
  return [
    ...pair('up', 'server', withRole(server, 'receiver'), withRole(client, 'sender')),
    ...pair('down', 'client', withRole(client, 'receiver'), withRole(server, 'sender')),
  ]
}

function withRole(links: readonly LinkOutcome[], role: LinkOutcome['role']): LinkOutcome[] {
  return links.filter((link) => link.role === role)
}

function pair(
  direction: 'up' | 'down',
  deciderEnd: 'client' | 'server',
  deciders: readonly LinkOutcome[],
  servers: readonly LinkOutcome[],
): MeasuredLink[] {
  return deciders.flatMap((decider, i) => {
    const window = measuredWindow(decider)
    if (window === null) return []
    const link = servers[i]
    const own = link === undefined ? null : followedWindow(link.marks, window)
    const server = link === undefined || own === null ? null : { link, window: own }
    return [{ direction, decider, window, deciderEnd, server }]
  })
}
