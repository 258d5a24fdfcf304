import { environmentError } from '../errors.js'
import type { CompareDocument } from './schema.js'

/** Differences that leave a comparison without a meaning, in words. */
export function meaninglessDifferences(doc: CompareDocument): string[] {
  const stops = doc.comparisons.flatMap(({ differences }) =>
    differences.filter(({ weight }) => weight === 'stop'),
  )
  return [...new Set(stops.map(({ name, base, new: other }) => `${name} (${base}, ${other})`))]
}

/** @throws {XrbenchError} `XRB_NOT_COMPARABLE` (exit 3) for results that answer different questions */
export function refuseMeaningless(doc: CompareDocument): void {
  const words = meaninglessDifferences(doc)
  if (words.length === 0) return
  throw environmentError(
    'XRB_NOT_COMPARABLE',
    `These results answer different questions: they differ in ${words.join(', ')}.`,
    '--across host, transport or version when that is what you study; --force compares all the same',
  )
}
