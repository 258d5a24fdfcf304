import { XrbenchError } from '../errors.js'
import type { RepetitionRunner } from './repetitions.js'

const HINT = 'look whether something killed or stopped it here (dmesg | tail), and run again'
const AGENT_GONE = /^XRB_PEER_(LOST|SILENT)$/

/** Failures of an agent on this machine, which its user neither started nor sees, with a hint that fits. */
export function withLocalHints(session: RepetitionRunner): RepetitionRunner {
  return {
    get isOpen() {
      return session.isOpen
    },
    runRepetition: async (c, options) => {
      const report = await session.runRepetition(c, options).catch(rethrow)
      const { failure } = report
      if (failure === null || !AGENT_GONE.test(failure.code)) return report
      return { ...report, failure: { ...failure, hint: HINT } }
    },
  }
}

function rethrow(error: unknown): never {
  if (!(error instanceof XrbenchError) || !AGENT_GONE.test(error.code)) throw error
  const { code, exitCode, message, cause } = error
  throw new XrbenchError(code, exitCode, message, { hint: HINT, cause })
}
