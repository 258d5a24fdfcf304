import { isObject } from '../../is-object.js'
import { valuesIn } from '../../value-count.js'

/** Judges a message that arrived. Every schema of the `…-messages` files is one. */
export interface MessageCheck<T> {
  safeParse(message: unknown):
    | { success: true; data: T }
    | {
        success: false
        error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }
      }
}

/** More than any message has that is no report. The longest tells what a machine is like. */
const MOST_VALUES = 20_000

/**
 * `check`, for messages that hold no more values than one can have in order: to tell what is wrong with each of millions would take gigabytes.
 * @param longest the type that may hold more, and is judged part by part up to the first that is not valid
 */
export function bounded<T>(check: MessageCheck<T>, longest: string | null = null): MessageCheck<T> {
  const issues = [{ path: [], message: `more than ${MOST_VALUES} values` }]
  return {
    safeParse: (message) => {
      const isLong = typeOf(message) !== longest && valuesIn(message, MOST_VALUES) > MOST_VALUES
      return isLong ? { success: false, error: { issues } } : check.safeParse(message)
    },
  }
}

function typeOf(message: unknown): unknown {
  return isObject(message) ? message.type : undefined
}

/**
 * Lets everything pass. For the two processes of the lab, and for the agent of a run on one machine, which each talk to one another and to nobody
 * else: one user started both. Who reads what comes of it judges it; the others are spared the loading of schemas.
 */
export function trusting<T>(): MessageCheck<T> {
  return { safeParse: (message) => ({ success: true, data: message as T }) }
}
