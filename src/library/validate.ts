import { contradictionsOf } from '../results/document/check.js'
import type { ResultDocument } from '../results/schema/schema.js'
import { resultSchema } from '../results/schema/schema.js'

/**
 * What is wrong with a result: where it is not of the format, else where it contradicts itself, as a histogram beside another count.
 * @returns one sentence each; none for a result that is valid
 */
export function validate(document: unknown): string[] {
  const { success, error } = resultSchema.safeParse(document)
  if (success) return contradictionsOf(document as ResultDocument)
  return error.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`)
}
