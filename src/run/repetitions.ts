import { EXIT_CODES, type ExitCode, XrbenchError } from '../errors.js'
import type { Case, Place, Plan } from '../plan/case.js'
import { type Slot, schedule } from '../plan/schedule.js'
import type { RepetitionReport } from '../results/repetition/report.js'
import type { Repetition } from '../results/schema/schema.js'
import type { Progress } from '../session/endpoint/messages.js'

interface RepetitionOptions {
  signal: AbortSignal
  onProgress?: (progress: Progress) => void
  /** None comes after it: nothing has to be made ready. */
  isLast: boolean
}

/** What the scheduler needs of a session. */
export interface RepetitionRunner {
  /** False once the far end is gone: nothing more can be measured with it. */
  readonly isOpen: boolean
  runRepetition(c: Case, options: RepetitionOptions): Promise<RepetitionReport>
}

/** Where results go as they come. Each call ends with the result written, or throws. */
export interface ResultSink {
  add(slot: Slot, report: RepetitionReport): Promise<Repetition>
  finish(end: RunEnd): Promise<void>
}

/** Why a repetition failed. */
export interface RunFailure {
  /** Stable: `XRB_…`. */
  code: string
  /** What the command would end with. */
  exitCode: ExitCode
  /** One sentence. */
  message: string
  /** One thing to do, which can be pasted; `null`: none is known. */
  hint: string | null
}

export interface RunEnd {
  status: 'completed' | 'aborted' | 'failed'
  /** The first failure; each repetition has its own. */
  failure: RunFailure | null
}

/** What happens to the repetitions, for whoever shows it. */
export type RepetitionEvent =
  /** A repetition begins; `total`: of the whole run, at all places. */
  | { type: 'started'; slot: Slot; total: number }
  /** Twice a second, where progress was asked for. */
  | { type: 'progress'; slot: Slot; total: number; progress: Progress }
  /** A repetition is over and in the result, whatever its status. */
  | { type: 'finished'; slot: Slot; total: number; repetition: Repetition }
  /** `isGivenUp`: this case is not tried again. `goesOn`: something else is still to come. */
  | { type: 'failed'; slot: Slot; failure: RunFailure; isGivenUp: boolean; goesOn: boolean }

export interface RunPlanOptions {
  plan: Plan
  /** Whose cases are run. */
  place: Place
  runner: RepetitionRunner
  sink: ResultSink
  /** The user's: the repetition under way ends early and is kept, the rest is not started. */
  signal: AbortSignal
  onEvent: (event: RepetitionEvent) => void
  /** Without it nothing reads progress while something is measured. */
  wantsProgress: boolean
}

/** A case that has failed so often in a row, and never gone well, is not going to. */
const HOPELESS_AFTER = 3

/**
 * Runs a plan's repetitions at one place, interleaved, and writes the result after each. A repetition that fails leaves the case's others
 * and the other cases to go on, as long as the session lives; a case that cannot work is given up. Never rejects: how it ended is in the
 * return value.
 */
export async function runPlan(options: RunPlanOptions): Promise<RunEnd> {
  const { plan, runner, sink, signal, onEvent } = options
  const all = schedule(plan)
  const total = all.length
  const slots = all.filter((slot) => slot.case.place === options.place)
  const givenUp = new Set<Case>()
  const tries = new Map<Case, RepetitionReport[]>()
  let failure: RunFailure | null = null
  try {
    for (const slot of slots) {
      // A session that ended between two repetitions has told nobody why: the next one is refused with the reason.
      if (signal.aborted || (failure !== null && !runner.isOpen)) break
      if (givenUp.has(slot.case)) continue
      onEvent({ type: 'started', slot, total })
      const onProgress = (progress: Progress) =>
        onEvent({ type: 'progress', slot, total, progress })
      const report = await runner.runRepetition(slot.case, {
        signal,
        isLast: slot === slots.at(-1),
        ...(options.wantsProgress ? { onProgress } : {}),
      })
      const repetition = await sink.add(slot, report)
      onEvent({ type: 'finished', slot, total, repetition })
      const soFar = [...(tries.get(slot.case) ?? []), report]
      tries.set(slot.case, soFar)
      if (report.failure !== null && !signal.aborted) {
        const own = { ...report.failure, exitCode: report.failure.exitCode as ExitCode }
        failure ??= own
        const isGivenUp = isHopeless(soFar)
        if (isGivenUp) givenUp.add(slot.case)
        const isLeft = (later: Slot) => later.order > slot.order && !givenUp.has(later.case)
        const goesOn = runner.isOpen && slots.some(isLeft)
        onEvent({ type: 'failed', slot, failure: own, isGivenUp, goesOn })
      }
    }
  } catch (error) {
    if (!signal.aborted || isOutputError(error)) failure ??= failureOf(error)
  }
  return { status: statusOf(signal, failure), failure }
}

/** Whether what failed would fail again: it was refused, this machine lacks something, or it has never worked. */
function isHopeless(reports: readonly RepetitionReport[]): boolean {
  const last = reports.at(-1)?.failure
  if (last == null) return false
  if (last.isRefusal) return true
  if (reports.some(({ failure }) => failure === null)) return false
  const isLacking = last.exitCode === EXIT_CODES.usage || last.exitCode === EXIT_CODES.environment
  return isLacking || reports.length >= HOPELESS_AFTER
}

/** Closes the result of a run that went so at each of its places, and tells how it went altogether. Never rejects. */
export async function finishRun(sink: ResultSink, ends: readonly RunEnd[]): Promise<RunEnd> {
  const has = (status: RunEnd['status']) => ends.some((end) => end.status === status)
  const status = has('aborted') ? 'aborted' : has('failed') ? 'failed' : 'completed'
  const failure = ends.find((end) => end.failure !== null)?.failure ?? null
  try {
    await sink.finish({ status, failure })
    return { status, failure }
  } catch (error) {
    return { status: 'failed', failure: failure ?? failureOf(error) }
  }
}

function statusOf(signal: AbortSignal, failure: RunFailure | null): RunEnd['status'] {
  if (signal.aborted) return 'aborted'
  return failure === null ? 'completed' : 'failed'
}

function isOutputError(error: unknown): boolean {
  return error instanceof XrbenchError && error.code === 'XRB_OUTPUT'
}

/** Anything thrown, in the form a result keeps. */
export function failureOf(error: unknown): RunFailure {
  if (error instanceof XrbenchError) {
    const { code, exitCode, message, hint } = error
    return { code, exitCode, message, hint: hint ?? null }
  }
  return {
    code: 'XRB_INTERNAL',
    exitCode: EXIT_CODES.internal,
    message: `Unexpected: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'please report this, with what --verbose adds',
  }
}
