import type { Case } from '../../plan/case.js'
import type { Repetition } from '../schema/schema.js'
import type { RepetitionReport } from './report.js'

/** Who came to the ports of each end and was none of the other's; absent where neither end counts them. */
export function strangersOf({ client, server }: RepetitionReport): Pick<Repetition, 'strangers'> {
  const strangers = {
    client: client.outcome?.strangers ?? null,
    server: server.outcome?.strangers ?? null,
  }
  return strangers.client === null && strangers.server === null ? {} : { strangers }
}

/**
 * Whether the receivers of a stream of numbered datagrams count more, lost ones included, than their senders say they sent. The two ends are not asked
 * at the same instant: what a receiver got in its fullest interval may have been under way.
 */
export function countsMoreThanSent(
  c: Case,
  { client, server }: RepetitionReport,
  { sent, loss }: Pick<Repetition, 'sent' | 'loss'>,
): boolean {
  if (c.workload !== 'stream' || loss === null || sent == null) return false
  const links = [client, server].flatMap(({ outcome }) => outcome?.links ?? [])
  const counted = links.filter(({ role }) => role === 'receiver').map(({ marks }) => marks)
  const all = counted.reduce((sum, marks) => {
    const last = marks.at(-1)
    return last === undefined ? sum : sum + last.messages + last.lost
  }, 0)
  const underWay = counted.reduce((sum, marks) => {
    const each = marks.slice(1).map(({ messages }, i) => messages - (marks[i]?.messages ?? 0))
    return sum + Math.max(0, ...each)
  }, 0)
  return all > sent.messages + underWay
}
