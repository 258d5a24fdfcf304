import { XrbenchError } from '../errors.js'
import { startOfResultAt } from '../results/store/older-result.js'
import { defaultOutputPath } from '../results/store/output-path.js'
import { checkWritable } from '../results/store/store.js'
import { checkErrand } from '../run/check.js'
import type { Errand } from '../run/errand.js'
import type { RunEvent } from '../run/events.js'
import { measure } from '../run/measure.js'
import { problemOf } from '../run/problem.js'
import { settle } from '../run/settle.js'
import { Listener } from './events.js'
import { memberNames } from './names.js'
import type { AbRequest } from './request.js'
import type { RunOptions, RunResult } from './result.js'
import { whereaboutsOf } from './where.js'

/** Measures an errand. Rejects for what can be refused before anything starts. */
export async function carryOut(
  errand: Errand,
  command: readonly string[],
  request: AbRequest,
  { signal, onEvent, progress = false }: RunOptions,
): Promise<RunResult> {
  const { label, redact = false } = request
  const names = memberNames(request)
  const checked = await checkErrand(errand, whereaboutsOf(request, request.family), label, names)
  const output = request.output === undefined ? null : defaultOutputPath(request.output)
  if (output !== null) await checkWritable(output)
  const listener = new Listener<RunEvent>(onEvent)
  if (output !== null) await tellOfOlder(output, listener.tell)
  const ending = signal === undefined ? listener.signal : AbortSignal.any([signal, listener.signal])
  const settled = await settle(checked, { onEvent: listener.tell })
  try {
    const { variants } = errand
    const { status, document, failure, isWritten } = await measure({
      ...settled,
      ...{ command, output, label, variants, isRedacted: redact },
      ...{ signal: ending, onEvent: listener.tell, wantsProgress: progress },
    })
    const file = isWritten ? output : null
    if (status === 'completed') return { status, document, failure: null, file }
    const problem = failure && { code: failure.code, message: failure.message, hint: failure.hint }
    return { status, document, failure: problem, file }
  } catch (error) {
    // The two ends have not met: there is nothing of them to tell.
    const nothing = { document: null, file: null }
    if (ending.aborted) return { status: 'aborted', failure: null, ...nothing }
    if (!(error instanceof XrbenchError)) throw error
    return { status: 'failed', failure: problemOf(error), ...nothing }
  } finally {
    await settled.release()
    listener.rethrow()
  }
}

async function tellOfOlder(output: string, tell: (event: RunEvent) => void): Promise<void> {
  const startedAt = await startOfResultAt(output)
  if (startedAt !== null) tell({ type: 'replaces', file: output, startedAt })
}
