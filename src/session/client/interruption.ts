import { deferred } from '../../deferred.js'
import { measurementError, type XrbenchError } from '../../errors.js'
import type { EndpointProcess } from '../endpoint/process.js'
import type { AgentReplies } from './agent-replies.js'

/** What cut a repetition short. */
export type Interruption =
  /** The user's signal. */
  | { kind: 'aborted' }
  /** One end is through before it should be; its report says why. */
  | { kind: 'ended' }
  /** The agent refused, is out of order or gone; or the whole took too long. */
  | { kind: 'error'; error: XrbenchError }

/**
 * Watches for the first thing that ends a repetition early.
 * @param limitMs all of it together; `null` = as long as it takes
 */
export function watch(
  endpoint: EndpointProcess,
  replies: AgentReplies,
  limitMs: number | null,
  signal: AbortSignal | undefined,
): { interrupted: Promise<Interruption>; release(): void } {
  const { promise: interrupted, resolve } = deferred<Interruption>()
  const abort = () => resolve({ kind: 'aborted' })
  if (signal?.aborted === true) abort()
  signal?.addEventListener('abort', abort, { once: true })
  const timer = limitMs === null ? undefined : setTimeout(() => resolve(overrun(limitMs)), limitMs)
  void endpoint.ended.then(() => resolve({ kind: 'ended' }))
  replies.ended.then(
    () => resolve({ kind: 'ended' }),
    () => {},
  )
  void replies.over.then((error) => resolve({ kind: 'error', error }))
  return {
    interrupted,
    release: () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    },
  }
}

function overrun(limitMs: number): Interruption {
  const seconds = Math.round(limitMs / 1000)
  const error = measurementError(
    'XRB_WATCHDOG',
    `The repetition was not over after ${seconds} s, which is longer than it can take.`,
    { hint: 'look whether this machine is overloaded' },
  )
  return { kind: 'error', error }
}
