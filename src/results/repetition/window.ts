import type { LinkOutcome, Mark } from '../../addon/addon.js'

/** The part of a link's life that a number covers: two marks, the second later. */
export interface Window {
  first: Mark
  last: Mark
}

/** From the first of a link's marks to its last, which may be the same; `null` where it has none. */
export function wholeWindow({ marks }: Pick<LinkOutcome, 'marks'>): Window | null {
  const [first, last] = [marks[0], marks.at(-1)]
  return first === undefined || last === undefined ? null : { first, last }
}

/** The measured phase of a link that decides over it; `null` when it did not get so far. */
export function measuredWindow(link: LinkOutcome): Window | null {
  const whole = wholeWindow(link)
  return whole !== null && whole.last.timeNs > whole.first.timeNs ? whole : null
}

/**
 * The part of a following link's marks that lies within the measured phase. Marks of all links count from one start, so that time alone
 * decides; where iterations did, and its end was not known ahead, the nearest mark.
 */
export function followedWindow(marks: readonly Mark[], measured: Window): Window | null {
  const nearest = (timeNs: number) =>
    marks.reduce<Mark | undefined>(
      (best, mark) =>
        best === undefined || Math.abs(mark.timeNs - timeNs) < Math.abs(best.timeNs - timeNs)
          ? mark
          : best,
      undefined,
    )
  const first = nearest(measured.first.timeNs)
  if (first === undefined) return null
  const nearestLast = nearest(measured.last.timeNs)
  const last =
    nearestLast !== undefined && nearestLast.timeNs > first.timeNs
      ? nearestLast
      : marks.find((mark) => mark.timeNs > first.timeNs)
  return last === undefined ? null : { first, last }
}
