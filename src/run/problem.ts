import type { XrbenchError } from '../errors.js'
import type { Problem } from '../results/schema/schema.js'

/** An error in the form a result keeps. */
export function problemOf({ code, message, hint }: XrbenchError): Problem {
  return { code, message, hint: hint ?? null }
}
