import type { z } from 'zod'
import { usageError, type XrbenchError } from '../errors.js'

/**
 * What was given, if it is of this form.
 * @param what its name, for errors
 * @throws {XrbenchError} `XRB_BAD_REQUEST` (exit 2), with the member that is wrong
 */
export function checked<T>(schema: z.ZodType<T>, given: unknown, what: string): T {
  const { success, data, error } = schema.safeParse(given)
  if (success) return data
  const { path, message } = deepest(error.issues)
  const member = path.map(String).join('.')
  throw badRequest(`${member === '' ? what : member}: ${message}.`)
}

export function badRequest(sentence: string): XrbenchError {
  return usageError(
    'XRB_BAD_REQUEST',
    sentence,
    'docs/library.md has the members, with their ranges',
  )
}

type Issue = z.core.$ZodIssue
type Told = Pick<Issue, 'path' | 'message'>

/** Of several forms that a member may have, what is wrong with the one that was meant: the one that fits furthest, the last of equals. */
function deepest(issues: readonly Issue[]): Told {
  const [issue] = issues
  if (issue === undefined) return { path: [], message: 'not valid' }
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue
  const told = issue.errors
    .map(deepest)
    .reduce((best, one) => (one.path.length >= best.path.length ? one : best))
  return { path: [...issue.path, ...told.path], message: told.message }
}
