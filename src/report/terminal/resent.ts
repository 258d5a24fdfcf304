import { figuredOf } from '../../results/repetition/completed.js'
import type { CaseResult, Repetition } from '../../results/schema/schema.js'

interface Sent {
  sent: number
  again: number
}

/**
 * Which part of what was sent was sent again, of all repetitions together: of TCP its bytes, of QUIC streams the packets that were lost, whose data
 * goes out anew. `null`: nothing is sent again, or nobody counted.
 */
export function resentFraction(result: CaseResult): number | null {
  const counted = figuredOf(result.repetitions).map((one) => ofTcp(one) ?? ofQuic(one))
  const known = counted.filter((one) => one !== null)
  const sent = known.reduce((sum, one) => sum + one.sent, 0)
  if (known.length === 0 || sent === 0) return null
  return Math.min(1, known.reduce((sum, { again }) => sum + again, 0) / sent)
}

function ofTcp({ tcp }: Repetition): Sent | null {
  const ends = [tcp?.client, tcp?.server].flatMap((end) =>
    end?.bytesSent == null || end.bytesRetransmitted == null
      ? []
      : [{ sent: end.bytesSent, again: end.bytesRetransmitted }],
  )
  if (ends.length === 0) return null
  return {
    sent: ends.reduce((sum, one) => sum + one.sent, 0),
    again: ends.reduce((sum, one) => sum + one.again, 0),
  }
}

/** What was lost of datagrams stays lost. */
function ofQuic({ quic }: Repetition): Sent | null {
  const { client, server, packetsLost } = quic ?? {}
  if (!client || !server || !packetsLost || client.messages !== 'stream') return null
  return {
    sent: client.packetsSent + server.packetsSent,
    again: packetsLost.up + packetsLost.down,
  }
}
