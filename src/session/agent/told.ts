import type { NativeFault } from '../../addon/addon.js'
import type { XrbenchError } from '../../errors.js'
import type { EndReport } from '../../results/repetition/report.js'
import { SENTENCE_MAX_CHARS } from '../wire/protocol.js'

/** What a client is told of an error: no more than it hears, for one that is told more blames the protocol. */
export function toldError({ code, message, hint }: XrbenchError) {
  return { code, message: cut(message), hint: hint === undefined ? null : cut(hint) }
}

/** … of a report: a fault may list all that a machine has. */
export function toldReport({ fault, outcome, ...rest }: EndReport): EndReport {
  return {
    ...rest,
    fault: toldFault(fault),
    outcome: outcome && { ...outcome, fault: toldFault(outcome.fault) },
  }
}

function toldFault(fault: NativeFault | null): NativeFault | null {
  return fault && { ...fault, message: cut(fault.message) }
}

function cut(text: string): string {
  return text.length <= SENTENCE_MAX_CHARS ? text : `${text.slice(0, SENTENCE_MAX_CHARS - 1)}…`
}
