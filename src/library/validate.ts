import { contradictionsOf } from '../results/document/check.js'
import type { ResultDocument } from '../results/schema/schema.js'
import { resultSchema } from '../results/schema/schema.js'
import { issuesOf, RESULT_LISTS } from '../results/store/check-parts.js'
import { leaveOutNewer } from '../results/store/newer.js'
import { NotPlainError, plainCopy } from '../results/store/plain-data.js'
import { JSON_LIMITS } from '../results/store/read-text.js'

/**
 * What is wrong with a result: where the first part of it that is not of the format is not, else where it contradicts itself, as a histogram beside
 * another count. What only a newer version has words for is not wrong. Never throws, and runs nothing of `document`, whatever that is.
 * @returns one sentence each; none for a result that is valid
 */
export function validate(document: unknown): string[] {
  try {
    const plain = plainCopy(document, JSON_LIMITS)
    leaveOutNewer(plain)
    const issues = issuesOf(resultSchema, plain, RESULT_LISTS)
    if (issues.length === 0) return contradictionsOf(plain as ResultDocument)
    return issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`)
  } catch (error) {
    if (error instanceof NotPlainError) return [`the document ${error.message}`]
    throw error
  }
}
