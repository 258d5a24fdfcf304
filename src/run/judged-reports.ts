import { peerError } from '../errors.js'
import type { Case } from '../plan/case.js'
import { implausible } from '../results/repetition/plausible.js'
import { buildRepetition } from '../results/repetition/repetition.js'
import type { RepetitionReport } from '../results/repetition/report.js'
import { repetitionSchema } from '../results/schema/schema.js'
import { failureFrom } from '../session/client/failure.js'
import { noReport } from '../session/endpoint/end-report.js'
import type { RepetitionRunner } from './repetitions.js'

/** Repetitions whose agent may say anything: what cannot be is a fault of the agent, and is left out. */
export function withJudgedReports(session: RepetitionRunner): RepetitionRunner {
  return {
    get isOpen() {
      return session.isOpen
    },
    runRepetition: async (c, options) => judged(c, await session.runRepetition(c, options)),
  }
}

/** The report, without the agent's part where that cannot be; what comes of it makes a valid result. */
export function judged(c: Case, report: RepetitionReport): RepetitionReport {
  const soFar = { client: report.soFar?.client ?? null, server: null }
  const own: RepetitionReport = { ...report, server: noReport(), soFar }
  const says = implausible(c, report) ?? unwritable(c, report)
  // What would be wrong without the agent's part too is not its fault.
  if (says === null || unwritable(c, own) !== null) return report
  if (report.status === 'aborted') return own
  const error = peerError(
    'XRB_PEER_REPORT',
    `The agent's report of its end of the repetition cannot be: ${says}.`,
    {
      hint: 'look whether what answers there is xrbench, of the same version as here: xrbench --version',
    },
  )
  return { ...own, status: 'failed', failure: report.failure ?? failureFrom(error) }
}

/** Why what comes of it would be no valid repetition of a result; `null`: it is one. */
function unwritable(c: Case, report: RepetitionReport): string | null {
  try {
    const { success, error } = repetitionSchema.safeParse(buildRepetition(c, 0, 0, report))
    return success ? null : `the result would not be valid at ${error.issues[0]?.path.join('.')}`
  } catch {
    return 'it leads to no result'
  }
}
