import type { MeasuredCase } from '../../compare/source.js'
import { caseTitle } from '../../results/document/case-name.js'

/** A file for each case, for formats that hold one. */
export interface CaseFile {
  name: string
  text: string
}

/** `tcp-ping-pong-64B-block.hgrm`; in the lab, of a variant, or of the second file that has the case, it says so. */
export function caseFiles(
  made: readonly { one: MeasuredCase; text: string }[],
  ending: string,
): CaseFile[] {
  const taken = new Map<string, number>()
  return made.map(({ one, text }) => {
    const place = one.place === 'lab' ? 'lab-' : ''
    const name = `${place}${caseTitle(one.case)}`.replaceAll(/[^\w.+=-]+/g, '-').slice(0, 180)
    const before = taken.get(name) ?? 0
    taken.set(name, before + 1)
    return { name: `${name}${before === 0 ? '' : `-${before + 1}`}.${ending}`, text }
  })
}
