import { XrbenchError } from '../errors.js'
import { defaultOutputPath } from '../results/store/output-path.js'
import type { Errand } from '../run/errand.js'
import type { RunEvent } from '../run/events.js'
import { measure } from '../run/measure.js'
import { prepare } from '../run/prepare.js'
import { problemOf } from '../run/problem.js'
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
  const output = request.output === undefined ? null : defaultOutputPath(request.output)
  const listener = new Listener<RunEvent>(onEvent)
  const ending = signal === undefined ? listener.signal : AbortSignal.any([signal, listener.signal])
  const settled = await prepare(errand, {
    where: whereaboutsOf(request, request.family),
    names: memberNames(request),
    ...{ label, output, onEvent: listener.tell },
  })
  try {
    const { variants } = errand
    const { status, document, failure, isWritten } = await measure({
      ...settled,
      ...{ command, output, label, variants, isRedacted: redact },
      ...{ signal: ending, onEvent: listener.tell, wantsProgress: progress },
    })
    const file = isWritten ? output : null
    if (status === 'completed') return { status, document, failure: null, file }
    return { status, document, failure: failure && problemOf(failure), file }
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
