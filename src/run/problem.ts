import type { Problem } from '../results/schema/schema.js'

/** An error or a failure in the form a result keeps. */
export function problemOf(error: {
  readonly code: string
  readonly message: string
  readonly hint?: string | null | undefined
}): Problem {
  const { code, message, hint = null } = error
  return { code, message, hint }
}
