import type { LinkOutcome } from '../../addon/addon.js'
import type { Case } from '../../plan/case.js'
import type { RepetitionReport } from './report.js'
import { linksSoFar } from './so-far.js'
import { wholeWindow } from './window.js'

type Role = LinkOutcome['role']

/** Who is at the other end of a link. */
const COUNTERPARTS: Readonly<Record<Role, Role>> = {
  initiator: 'responder',
  responder: 'initiator',
  sender: 'receiver',
  receiver: 'sender',
}

/** The ends tell of instants that may be apart, and of units that are under way: of those a transport takes that many at most. */
const SPARE_MESSAGES = 65_536
const SPARE_SHARE = 0.1

/** More than any machine does over one connection. */
const MOST_MESSAGES_PER_NS = 1
const MOST_BYTES_PER_NS = 1_000

/** An end's clock against ours: a repetition is over when this end says so, whatever the other counts. */
const MOST_CLOCK_RATIO = 2
const SPARE_NS = 60e9

/**
 * What the agent's report says that cannot be, held against what this end did itself; `null`: nothing. It is not the truth of a report that can be
 * told from here, only that it is one.
 */
export function implausible(c: Case, report: RepetitionReport): string | null {
  const client = report.client.outcome?.links ?? []
  const server = report.server.outcome?.links ?? toldBefore(c, report)
  return (
    missingPart(report) ??
    server.map((link) => impossible(link, report.totalNs)).find((says) => says !== null) ??
    contradiction(report, client, server) ??
    null
  )
}

/** What the agent said on the way. */
function toldBefore(c: Case, report: RepetitionReport): LinkOutcome[] {
  return linksSoFar(c, report).flatMap(({ deciderEnd, decider }) =>
    deciderEnd === 'server' ? [decider] : [],
  )
}

function missingPart({ status, client, server }: RepetitionReport): string | null {
  if (status !== 'completed') return null
  if (server.outcome === null) return 'it says nothing of what it measured'
  for (const role of Object.keys(COUNTERPARTS) as Role[]) {
    const own = count(client.outcome?.links, COUNTERPARTS[role])
    const theirs = count(server.outcome.links, role)
    if (own !== theirs) return `it has ${theirs} links of ${own} as ${role}`
  }
  return null
}

function count(links: readonly LinkOutcome[] | undefined, role: Role): number {
  return links?.filter((link) => link.role === role).length ?? 0
}

/** What no time that has gone by here can hold. */
function impossible(link: LinkOutcome, totalNs: number): string | null {
  const told = wholeWindow(link)
  if (told === null) return null
  const { first, last } = told
  if (last.timeNs > MOST_CLOCK_RATIO * totalNs + SPARE_NS) return 'it has measured for too long'
  // What had queued up may be counted at once.
  const longestNs = last.timeNs - first.timeNs + 1e9
  const isTooMuch =
    last.messages - first.messages > longestNs * MOST_MESSAGES_PER_NS ||
    last.bytes - first.bytes > longestNs * MOST_BYTES_PER_NS
  return isTooMuch ? 'it counts more than the time can hold' : null
}

/**
 * Nothing arrives that nobody has sent. The windows of both ends may be apart by what their clocks say, one of which is the agent's: of what it received,
 * by no more than the time that went by here until it said so.
 */
function contradiction(
  { window, warmup, totalNs }: RepetitionReport,
  client: readonly LinkOutcome[],
  server: readonly LinkOutcome[],
): string | null {
  const arrived = (links: readonly LinkOutcome[]) =>
    sum(links, 'receiver', ({ messages, lost }) => messages + lost)
  const sent = (links: readonly LinkOutcome[]) =>
    sum(links, 'sender', ({ messages, localDrops }) => messages + localDrops)
  const isMore = (got: Sum, from: Sum, apartNs: number, windowNs: number) => {
    const share = SPARE_SHARE + apartNs / windowNs
    return got.total > from.total * (1 + share) + SPARE_MESSAGES * got.links
  }
  const skewNs = window?.skewNs ?? 0
  const [own, theirs] = [sent(client), arrived(server)]
  if (own !== null && theirs !== null) {
    const sinceNs = Math.max(0, totalNs - (warmup?.durationNs ?? 0) - own.windowNs)
    if (isMore(theirs, own, Math.min(skewNs, sinceNs), own.windowNs))
      return 'it counts more than this end has sent'
  }
  const [got, from] = [arrived(client), sent(server)]
  if (got !== null && from !== null && isMore(got, from, skewNs, got.windowNs))
    return 'it has sent less than arrived here'
  return null
}

interface Sum {
  total: number
  links: number
  windowNs: number
}

/** Of all links of a role since they began; `null` where one cannot tell, and where there is none. */
function sum(
  all: readonly LinkOutcome[],
  role: Role,
  pick: (mark: LinkOutcome['marks'][number]) => number,
): Sum | null {
  const links = all.filter((link) => link.role === role)
  const lives = links.flatMap((link) => wholeWindow(link) ?? [])
  if (lives.length === 0 || lives.length < links.length) return null
  return {
    total: lives.reduce((all, { last }) => all + pick(last), 0),
    links: lives.length,
    windowNs: Math.max(1, ...lives.map(({ first, last }) => last.timeNs - first.timeNs)),
  }
}
