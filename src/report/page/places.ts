import type { Place } from '../../plan/case.js'
import type { Digest } from '../digest/digest.js'
import { labWords } from '../words/places.js'

/** Where the cases of `place` ran, as a heading. */
export function placeTitle(digests: readonly Digest[], place: Place): string {
  if (place === 'lab') {
    const lab = digests.find((one) => one.lab !== null)?.lab ?? null
    const words = lab === null ? 'in the lab' : labWords(lab)
    return words.charAt(0).toUpperCase() + words.slice(1)
  }
  const paths = new Set(
    digests.flatMap(({ cases }) =>
      cases.filter((one) => one.place === place).map(({ path }) => path),
    ),
  )
  if (paths.has('network') || paths.has('hardware')) return 'Between two machines'
  return paths.has('loopback') ? 'On this machine, over loopback' : 'On this machine'
}
