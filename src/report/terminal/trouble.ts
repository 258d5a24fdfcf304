import { firstLine } from '../../foreign.js'
import { caseTitle } from '../../results/document/case-name.js'
import { completedOf } from '../../results/repetition/completed.js'
import type { CaseResult, ResultDocument } from '../../results/schema/schema.js'
import { wrap } from './text.js'

/** Whether there is something to show in a row: of a repetition that completed, or of what came before its end. */
export function hasFigures({ status, summary, repetitions }: CaseResult): boolean {
  if (status === 'skipped' || summary === null) return false
  const { latency, spread } = summary
  return (
    completedOf(repetitions).length > 0 ||
    (latency?.count ?? 0) > 0 ||
    spread.goodputBitsPerSec !== null
  )
}

/** Why a case was not run, what its first failure was, and what was not measured before the end. */
export function troubleLines(doc: ResultDocument, width: number): string[] {
  return [
    ...doc.cases.flatMap((one) => wrapped(troubleOf(one), width)),
    ...wrapped(notReached(doc), width),
  ]
}

function wrapped(sentence: string | null, width: number): string[] {
  return sentence === null ? [] : wrap(sentence, width, 2)
}

/** A message may go on with what a console showed: that is told once, not at each row. */
function troubleOf(result: CaseResult): string | null {
  const { skipped, repetitions } = result
  if (skipped !== undefined) return `${nameOf(result)} was not run: ${firstLine(skipped.message)}`
  const failed = repetitions.find(({ failure }) => failure !== null)
  if (failed?.failure == null) return null
  return `${nameOf(result)} failed in run ${failed.index + 1}: ${failed.failure.message}`
}

/** What was planned and has neither a figure nor a trouble of its own. */
function notReached(doc: ResultDocument): string | null {
  const missing = doc.cases.filter((one) => !hasFigures(one) && troubleOf(one) === null)
  const because = doc.status === 'aborted' ? ': the run was cut short' : ''
  if (missing.length === 0)
    return doc.cases.length === 0 ? `Nothing was measured${because || ': there is no case'}.` : null
  if (missing.length === doc.cases.length)
    return `Nothing was measured${because === '' ? '' : `${because} before a first run had a figure`}.`
  return `Not measured${because}: ${missing.map(nameOf).join(', ')}.`
}

function nameOf(result: CaseResult): string {
  const title = caseTitle(result)
  return result.place === 'lab' ? `${title} in the lab` : title
}
