import { peerError, type XrbenchError } from '../../errors.js'
import type { Environment } from '../../results/schema/environment.js'
import { LINE_SILENCE_MS } from '../wire/protocol.js'
import type { ClientChannel } from './agent-replies.js'
import { toldBy } from './failure.js'
import type { AgentAllowance } from './within-limits.js'

/** Where this client stands in the line at the agent. */
export interface Waiting {
  /** 1: the next. */
  place: number
  /** Until its turn; `null`: nobody knows. */
  aboutMs: number | null
}

export interface TurnOptions {
  /** How long it is going to measure in all; `null`: that is not known. */
  planMs: number | null
  /** Called as long as others measure, whenever the agent says where this client stands. */
  onWaiting?: ((waiting: Waiting) => void) | undefined
  signal?: AbortSignal | undefined
}

export interface Turn {
  limits: AgentAllowance
  /** What the agent is like by then, where that took a while. */
  environment: Environment | undefined
}

function untold(): XrbenchError {
  return peerError(
    'XRB_PEER_SILENT',
    `The agent has not said for ${LINE_SILENCE_MS / 1000} s when it is this client's turn.`,
    { hint: 'look whether the peer is stopped or overloaded' },
  )
}

/**
 * Asks for a turn and waits for it.
 * @throws as {@link Session.takeTurn}
 */
export async function takeTurn(
  channel: ClientChannel,
  { planMs, onWaiting, signal }: TurnOptions,
): Promise<Turn> {
  signal?.throwIfAborted()
  let abort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal?.reason)
  })
  signal?.addEventListener('abort', abort, { once: true })
  try {
    channel.send({ type: 'turn', planMs })
    for (;;) {
      const answer = await Promise.race([channel.receive(LINE_SILENCE_MS, untold), aborted])
      switch (answer.type) {
        case 'waiting':
          onWaiting?.({ place: answer.place, aboutMs: answer.aboutMs })
          break
        case 'turn':
          return { limits: answer.limits, environment: answer.environment }
        case 'error':
          throw toldBy(answer)
        default:
          throw peerError('XRB_PROTOCOL', `The agent sent '${answer.type}' in place of a turn.`)
      }
    }
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}
