import type { Repetition } from '../schema/schema.js'

/** The repetitions that count: those that were measured to their end. */
export function completedOf(repetitions: readonly Repetition[]): Repetition[] {
  return repetitions.filter(({ status }) => status === 'completed')
}

/**
 * The repetitions that the figures of a case are of: those that completed; where there are none, those that were cut short, which have what they have.
 * Of one that failed there is no figure.
 */
export function figuredOf(repetitions: readonly Repetition[]): Repetition[] {
  const completed = completedOf(repetitions)
  return completed.length > 0 ? completed : repetitions.filter(({ status }) => status === 'aborted')
}

/** … and those whose flags a case has: where there is no figure, all of them. */
export function flaggedOf(repetitions: readonly Repetition[]): readonly Repetition[] {
  const figured = figuredOf(repetitions)
  return figured.length > 0 ? figured : repetitions
}
