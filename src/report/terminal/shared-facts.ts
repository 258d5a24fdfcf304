import { flagShare } from '../../results/repetition/flag-share.js'
import { type Flag, sortFlags } from '../../results/schema/flag-names.js'
import type { CaseResult, ResultDocument } from '../../results/schema/schema.js'
import { groupByPlace } from '../words/places.js'

/** What is said once, above the table, and of a row no more. */
export interface SharedFacts {
  /** That every case has in all its repetitions, or the run as a whole. */
  ofAll: Flag[]
  /** … and every case of one place, beyond those. */
  ofPlace: { place: 'host' | 'lab'; flags: Flag[] }[]
}

/** The flags that tell no case from another. */
export function sharedFacts(doc: ResultDocument, shown: readonly CaseResult[]): SharedFacts {
  const ofAll = sortFlags([...doc.flags, ...common(shown)])
  const groups = groupByPlace(shown, doc)
  if (groups.length < 2) return { ofAll, ofPlace: [] }
  return {
    ofAll,
    ofPlace: groups.map(({ cases }) => ({
      place: placeOf(cases[0]),
      flags: common(cases).filter((flag) => !ofAll.includes(flag)),
    })),
  }
}

/** The flags that a case has for itself, which its row shows. */
export function ownFlags(result: CaseResult, { ofAll, ofPlace }: SharedFacts): Flag[] {
  const ofIts = ofPlace.find(({ place }) => place === placeOf(result))?.flags ?? []
  return result.flags.filter((flag) => !ofAll.includes(flag) && !ofIts.includes(flag))
}

function placeOf(result: CaseResult | undefined): 'host' | 'lab' {
  return result?.place === 'lab' ? 'lab' : 'host'
}

function common(cases: readonly CaseResult[]): Flag[] {
  const [first, ...rest] = cases
  const has = (one: CaseResult, flag: Flag) =>
    one.flags.includes(flag) && flagShare(one, flag) === null
  return (first?.flags ?? []).filter((flag) =>
    [first, ...rest].every((one) => one && has(one, flag)),
  )
}
