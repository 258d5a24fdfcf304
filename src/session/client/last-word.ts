import type { XrbenchError } from '../../errors.js'
import type { ClientChannel } from './agent-replies.js'
import { toldBy } from './failure.js'

/** Why a session is over: in the agent's own words, where it said so before it went and nobody was listening. */
export async function lastWord(channel: ClientChannel): Promise<XrbenchError> {
  try {
    for (;;) {
      const message = await channel.receive()
      if (message.type === 'error') return toldBy(message)
    }
  } catch (fault) {
    return fault as XrbenchError
  }
}
