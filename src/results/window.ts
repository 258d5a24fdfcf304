import type { LinkOutcome, Mark } from '../addon/addon.js'

/** The part of a link's life that a number covers: two marks, the second later. */
export interface Window {
  first: Mark
  last: Mark
}

/** The measured phase of a link that decides over it; `null` when it did not get so far. */
export function measuredWindow(link: LinkOutcome): Window | null {
  const [first, last] = [link.marks[0], link.marks.at(-1)]
  if (first === undefined || last === undefined || last.timeNs <= first.timeNs) return null
  return { first, last }
}

/** How far a link has come, in the count by which both ends agree. */
export type Progress = (mark: Mark) => number

/** TCP: bytes, for the ends cut them differently. */
export const byBytes: Progress = (mark) => mark.bytes
/** Datagrams: what was lost has been sent too. */
export const bySequence: Progress = (mark) => mark.messages + mark.lost

/**
 * The part of the serving end's marks that lies within the other end's measured phase, matched by progress, for the
 * two have no common clock. When its marks are too coarse for that, the nearest ones around the phase.
 */
export function matchedWindow(
  marks: readonly Mark[],
  measured: Window,
  progress: Progress,
): Window | null {
  const [from, to] = [progress(measured.first), progress(measured.last)]
  const within = marks.filter((mark) => progress(mark) >= from && progress(mark) <= to)
  const around = [
    marks.findLast((mark) => progress(mark) <= from) ?? marks[0],
    marks.find((mark) => progress(mark) >= to) ?? marks.at(-1),
  ]
  const [least, most] = [within[0], within.at(-1)].map((mark) => mark && progress(mark))
  // Marks without progress between them are a wait for the start or for the stop: as little of it as can be.
  const inner = ordered(
    within.findLast((mark) => progress(mark) === least),
    within.find((mark) => progress(mark) === most),
  )
  return inner ?? ordered(...around)
}

function ordered(first?: Mark, last?: Mark): Window | null {
  return first !== undefined && last !== undefined && last.timeNs > first.timeNs
    ? { first, last }
    : null
}
