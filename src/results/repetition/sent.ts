import type { Case } from '../../plan/case.js'
import type { Sent } from '../schema/measures.js'
import type { RepetitionReport } from './report.js'

/** What the senders of a stream did from their start to the end of the window; `null` where one could not tell, or none of them sends by itself. */
export function sentOf(c: Case, { client, server }: RepetitionReport): { sent?: Sent | null } {
  if (c.workload !== 'stream') return {}
  const links = [client, server].flatMap(({ outcome }) => outcome?.links ?? [])
  const senders = links.filter(({ role }) => role === 'sender')
  const lives = senders.flatMap(({ sendUnits, marks }) => {
    const messages = marks.at(-1)?.messages
    return sendUnits === null || messages === undefined ? [] : [{ units: sendUnits, messages }]
  })
  // Of each receiver the sender.
  const expected = links.filter(({ role }) => role === 'receiver').length
  if (lives.length === 0 || lives.length < Math.max(senders.length, expected)) return { sent: null }
  return {
    sent: {
      units: lives.reduce((sum, { units }) => sum + units, 0),
      messages: lives.reduce((sum, { messages }) => sum + messages, 0),
    },
  }
}
