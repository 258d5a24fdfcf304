import { expect, it } from 'vitest'
import { asTold, mutated } from '../fixtures/mutated.js'
import { fc, fuzzRuns } from '../fixtures/property.js'
import { contradictionsOf } from '../results/document/check.js'
import { createDocument, recordRepetition } from '../results/document/document.js'
import { type Measured, mixedCases } from '../results/fixtures/documents.js'
import { quietMachine } from '../results/fixtures/environments.js'
import { recordRaw } from '../results/fixtures/histograms.js'
import { resultSchema } from '../results/schema/schema.js'
import { endReportSchema } from '../session/wire/report-messages.js'
import { judged } from './judged-reports.js'

/** Reports of an agent that says anything. */

/** With something of each kind. */
function cases(): Measured[] {
  const histograms = { handshake: recordRaw([1_000, 2_000, 2_000, 90_000]) }
  return mixedCases().map(({ case: c, report }) => {
    const { outcome } = report.server
    const links = outcome?.links.map((link) => ({ ...link, histograms })) ?? []
    const server = { ...report.server, outcome: outcome && { ...outcome, links } }
    return { case: c, report: { ...report, server } }
  })
}

/** Whether it was taken. What is made of it is a valid document. */
function isTaken(
  { case: c, report }: Measured,
  told: unknown,
  status: 'completed' | 'failed' | 'aborted',
): boolean {
  const checked = endReportSchema.safeParse(told)
  if (!checked.success) return false
  const failure =
    status === 'failed' ? { code: 'XRB_STALLED', exitCode: 5, message: 'x', hint: null } : null
  const made = judged(c, { ...report, status, failure, server: checked.data })
  const ends = { client: quietMachine('left'), server: quietMachine('right') }
  const plan = { cases: [c], repetitions: 1 }
  const doc = createDocument({ command: [], plan, ...ends, version: '0' })
  recordRepetition(doc, { case: c, index: 0, order: 0 }, made)
  expect(resultSchema.safeParse(JSON.parse(JSON.stringify(doc))).error?.issues[0]).toBeUndefined()
  expect(contradictionsOf(doc)).toEqual([])
  return true
}

it('is what it was where the agent is honest', () => {
  for (const { case: c, report } of cases()) {
    const server = endReportSchema.parse(asTold(report.server))
    expect(judged(c, { ...report, server })).toEqual({ ...report, server })
  }
})

it('makes a valid document, or is refused as it arrives, whatever is changed in it', () => {
  let taken = 0
  const status = fc.constantFrom('completed' as const, 'failed' as const, 'aborted' as const)
  const rogue = fc.oneof(
    ...cases().map((one) => mutated(asTold(one.report.server)).map((told) => ({ one, told }))),
  )
  fc.assert(
    fc.property(rogue, status, ({ one, told }, how) => {
      if (isTaken(one, told, how)) taken += 1
    }),
    { numRuns: fuzzRuns(500) },
  )
  // Not all are refused at the door.
  expect(taken).toBeGreaterThan(20)
})
