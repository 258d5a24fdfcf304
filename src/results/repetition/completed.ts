import type { Repetition } from '../schema/schema.js'

/** The repetitions that count: those that were measured to their end. */
export function completedOf(repetitions: readonly Repetition[]): Repetition[] {
  return repetitions.filter(({ status }) => status === 'completed')
}
