import type { Ticket } from './line.js'
import type { AgentChannel } from './repetition.js'

/** One who waits is told so often, beside each time that somebody has left. */
const TELL_MS = 5_000

/** Waits for a client's turn, and tells it meanwhile where it stands. @throws {XrbenchError} why it is gone, when that comes first */
export async function ownTurn(ticket: Ticket, channel: AgentChannel): Promise<void> {
  const tell = () => {
    const standing = ticket.standing()
    if (standing !== null) channel.send({ type: 'waiting', ...standing })
  }
  tell()
  ticket.onMove(tell)
  const timer = setInterval(tell, TELL_MS)
  try {
    const gone = channel.lost.then((reason) => Promise.reject(reason))
    await Promise.race([ticket.turn, gone])
  } finally {
    clearInterval(timer)
    ticket.onMove(() => {})
  }
}
