import { usageError } from '../../errors.js'
import type { ResultDocument } from '../schema/schema.js'
import { contradictionsOf } from './check.js'

/**
 * Refuses a result of which nothing can be concluded: it contradicts itself, so that its numbers are not those that were measured, or it has none.
 * @param name what it is called
 * @param all what tells all that is wrong with it
 * @throws {XrbenchError} `XRB_RESULT_FILE` (exit 2)
 */
export function refuseUnusable(doc: ResultDocument, name: string, all: string): void {
  const [first, ...more] = contradictionsOf(doc)
  if (first !== undefined) {
    const others = more.length === 0 ? '' : ` (and ${more.length} more: ${all})`
    throw usageError(
      'XRB_RESULT_FILE',
      `${name} contradicts itself: ${first}${others}.`,
      'xrbench run --output FILE writes one',
    )
  }
  if (doc.cases.every(({ repetitions }) => repetitions.length === 0)) {
    throw usageError('XRB_RESULT_FILE', `${name} holds nothing that was measured.`, 'xrbench run')
  }
}
