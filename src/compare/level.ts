import { HAIR } from './statistics/shift.js'

/** Of the intervals, where there are repetitions enough for it. */
export const CONFIDENCE = 0.95

/** Where evidence ends. Written out, for `1 - 0.95` is a hair more. */
export const ALPHA = 0.05

/** The level as it stands in sentences and above columns. */
export const CONFIDENCE_WORDS = `${CONFIDENCE * 100} %`

/** Whether a p is one: by the same hair as the interval that agrees with it. */
export function isEvidence(p: number): boolean {
  return p <= ALPHA * HAIR
}
