/** Judges a message that arrived. Every schema of the `…-messages` files is one. */
export interface MessageCheck<T> {
  safeParse(message: unknown):
    | { success: true; data: T }
    | {
        success: false
        error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }
      }
}

/**
 * Lets everything pass. For the two processes of the lab, which talk to one another and to nobody else: the lab's own host started both,
 * judges what comes out of there, and spares an emulated CPU the loading of schemas.
 */
export function trusting<T>(): MessageCheck<T> {
  return { safeParse: (message) => ({ success: true, data: message as T }) }
}
