import type { Case } from '../../plan/case.js'

type Named = {
  key: Case['key']
  place?: Case['place'] | undefined
  variant?: Case['variant'] | undefined
}

/** A case where places are mixed: its key, and where it ran unless on this machine. */
export function caseName(one: Named): string {
  return one.place === 'lab' ? `${caseTitle(one)} (lab)` : caseTitle(one)
}

/** A case among those of one place: its key, and of which configuration it is where there are two. */
export function caseTitle({ key, variant }: Named): string {
  return variant === undefined ? key : `${variant.toUpperCase()}: ${key}`
}

/** Whether a case of a plan, or of another result, is this one of a result. */
export function isSameCase(one: Named, other: Named): boolean {
  return (
    one.key === other.key &&
    (one.place ?? 'host') === (other.place ?? 'host') &&
    one.variant === other.variant
  )
}
