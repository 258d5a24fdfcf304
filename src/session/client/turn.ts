import { after } from '../../deadline.js'
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

/** As long as the longest turn of another client, or as a full line of 15 whose clients measure what is measured by default, three times. */
export const DEFAULT_MAX_WAIT_MS = 4 * 3600_000

export interface TurnOptions {
  /** How long it is going to measure in all; `null`: that is not known. */
  planMs: number | null
  /** Whatever the agent says, its turn has to come within that. Default: four hours. */
  maxWaitMs?: number | undefined
  /** Called as long as others measure, whenever the agent says where this client stands. */
  onWaiting?: ((waiting: Waiting) => void) | undefined
  signal?: AbortSignal | undefined
}

interface Turn {
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

function tooLong(maxWaitMs: number, last: Waiting | null): XrbenchError {
  const stands = last === null ? '' : `: it has place ${last.place} in line`
  const sentence = `This client’s turn at the agent has not come within ${maxWaitMs / 1000} s${stands}.`
  return peerError('XRB_PEER_BUSY', sentence, {
    hint: 'xrbench ping tells how long the line is; --max-wait says how long to wait in it',
  })
}

/**
 * Asks for a turn and waits for it.
 * @throws as {@link Session.takeTurn}
 */
export async function takeTurn(
  channel: ClientChannel,
  { planMs, maxWaitMs = DEFAULT_MAX_WAIT_MS, onWaiting, signal }: TurnOptions,
): Promise<Turn> {
  signal?.throwIfAborted()
  const patience = after(maxWaitMs, null)
  let last: Waiting | null = null
  const late = patience.promise.then(() => Promise.reject(tooLong(maxWaitMs, last)))
  // It may come when nobody waits any more.
  late.catch(() => {})
  let abort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal?.reason)
  })
  signal?.addEventListener('abort', abort, { once: true })
  try {
    channel.send({ type: 'turn', planMs })
    for (;;) {
      const next = channel.receive(LINE_SILENCE_MS, untold)
      const answer = await Promise.race([next, aborted, late])
      switch (answer.type) {
        case 'waiting':
          last = { place: answer.place, aboutMs: answer.aboutMs }
          onWaiting?.(last)
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
    patience.cancel()
    signal?.removeEventListener('abort', abort)
  }
}
