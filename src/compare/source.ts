import type { Place, Variant } from '../plan/case.js'
import { completedOf } from '../results/repetition/completed.js'
import type { CaseResult, Repetition, ResultDocument } from '../results/schema/schema.js'
import type { CaseRef, Side } from './schema.js'

/** A result and the file it came from. */
export interface Source {
  file: string
  doc: ResultDocument
}

/** A case where it stands. Key and place together identify a case in a document. */
export interface MeasuredCase {
  source: Source
  case: CaseResult
  place: Place
}

/** All cases of a result, also those that were never run. */
export function casesOf(source: Source): MeasuredCase[] {
  return source.doc.cases.map((one) => ({ source, case: one, place: placeOf(source.doc, one) }))
}

/** The cases of a result that were run. */
export function measuredCases(source: Source): MeasuredCase[] {
  return casesOf(source).filter(
    ({ case: { status } }) => status !== 'skipped' && status !== 'pending',
  )
}

/** Where a case was measured. A result without places was measured in one as a whole. */
function placeOf(doc: ResultDocument, one: CaseResult): Place {
  return one.place ?? ((doc.environment.client.lab ?? null) === null ? 'host' : 'lab')
}

export function refOf({ case: { key, variant }, place }: MeasuredCase): CaseRef {
  return { key, place, ...(variant && { variant }) }
}

type Ends = ResultDocument['environment']

/** Both ends of a case: those of the lab where it ran in the lab of a run on this machine. */
export function environmentOf({ source: { doc }, place }: MeasuredCase): Ends {
  return (place === 'lab' ? doc.labEnvironment : null) ?? doc.environment
}

/** The repetitions that count, in the order they were measured. */
export function completed({ repetitions }: CaseResult): Repetition[] {
  return completedOf(repetitions).sort((a, b) => a.order - b.order)
}

/** `variant`: the file holds both sides, and this is the one. */
export function sideOf({ file, doc }: Source, variant?: Variant): Side {
  return {
    file,
    id: doc.id,
    label: doc.label ?? null,
    version: doc.tool.version,
    startedAt: doc.startedAt,
    ...(variant && { variant: { name: variant, options: doc.variants?.[variant] ?? [] } }),
  }
}
