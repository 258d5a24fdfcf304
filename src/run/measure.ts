import { type Case, PLACES, type Place } from '../plan/case.js'
import { longestAtNs } from '../plan/schedule.js'
import type { ResultDocument } from '../results/schema/schema.js'
import type { Session } from '../session/client/client.js'
import { withinLimits } from '../session/client/within-limits.js'
import { formatDuration, formatRate } from '../units.js'
import { enter } from './begin.js'
import { checkPeer } from './check-peer.js'
import type { DocumentSink } from './document-sink.js'
import type { RunEvent } from './events.js'
import { withJudgedReports } from './judged-reports.js'
import { withLocalHints } from './local-hints.js'
import { problemOf } from './problem.js'
import { failureOf, finishRun, type RunEnd, runPlan } from './repetitions.js'
import type { Settled } from './settle.js'
import { withSession } from './where.js'

export interface MeasureOptions extends Settled {
  /** What the user wrote, for the result. */
  command: readonly string[]
  /** Result file, written after every repetition; `null`: none. */
  output: string | null
  label: string | undefined
  /** The options of the two configurations the plan has. */
  variants: ResultDocument['variants']
  /** Names and addresses are hashed. */
  isRedacted: boolean
  /** The repetition under way ends early and is kept, the rest is not started. */
  signal: AbortSignal
  onEvent: (event: RunEvent) => void
  /** Without it nothing reads progress while something is measured. */
  wantsProgress: boolean
}

/** What came of a run. */
export interface MeasuredRun extends RunEnd {
  document: ResultDocument
  /** Whether the result file holds anything of this run. */
  isWritten: boolean
}

/**
 * Measures a plan, place by place.
 * @throws what kept the first session from being opened, so that there is nothing to give back; the reason of `signal` when that was it
 */
export async function measure(options: MeasureOptions): Promise<MeasuredRun> {
  const { plan, signal, onEvent } = options
  const course: Course = { sink: undefined, ends: [] }
  onEvent({ type: 'planned', plan })
  for (const place of PLACES) {
    const cases = plan.cases.filter((c) => c.place === place)
    if (cases.length === 0 || signal.aborted) continue
    try {
      await measureAt(place, cases, options, course)
    } catch (error) {
      // What was measured elsewhere is kept.
      if (course.sink === undefined) throw error
      if (!signal.aborted) await course.sink.skip(cases, problemOf(failureOf(error)))
      course.ends.push(endOf(error, signal))
    }
  }
  const { sink, ends } = course
  if (sink === undefined) {
    signal.throwIfAborted()
    throw new Error('a plan has a case')
  }
  const end = await finishRun(sink, ends)
  return { ...end, document: sink.published(), isWritten: sink.isWritten }
}

/** How far a run came. */
interface Course {
  /** The result, which begins with the first session. */
  sink: DocumentSink | undefined
  /** How it went at each place. */
  ends: RunEnd[]
}

async function measureAt(
  place: Place,
  cases: readonly Case[],
  options: MeasureOptions,
  course: Course,
): Promise<void> {
  const { plan, signal, onEvent, wantsProgress } = options
  const where = options.places[place]
  const rdmaPort = cases.find((c) => c.parameters.rdma !== null)?.parameters.rdma ?? undefined
  const say = (text: string) => onEvent({ type: 'note', text })
  await withSession({ where, rdmaPort, signal, say }, async (session, lab) => {
    checkPeer(cases, session)
    const planNs = longestAtNs(plan, place)
    await session.takeTurn({
      planMs: planNs && Math.ceil(planNs / 1e6),
      maxWaitMs: where.kind === 'peer' ? where.target.maxWaitMs : undefined,
      onWaiting: ({ place: position, aboutMs }) => onEvent({ type: 'waiting', position, aboutMs }),
      signal,
    })
    const shortened = cases.filter((c) => withinLimits(c, session.limits) !== c).length
    if (shortened > 0) say(clampedLine(shortened, cases.length, session.limits))
    const sink = await enter(options, course.sink, session, lab)
    course.sink = sink
    onEvent({ type: 'entered', place })
    const judged = withJudgedReports(session)
    const runner = where.kind === 'here' ? withLocalHints(judged) : judged
    course.ends.push(await runPlan({ plan, place, runner, sink, signal, onEvent, wantsProgress }))
  })
}

function clampedLine(count: number, all: number, limits: Session['limits']): string {
  const rate = limits?.rateBitsPerSec ?? null
  const rateWords = rate === null ? '' : `, and ${formatRate(rate)} for streams`
  const which = count === all ? 'what was asked for is' : `${count} of ${all} cases are`
  return `note: the agent allows ${formatDuration(limits?.durationNs ?? 0)} for warm-up and measured phase${rateWords}: ${which} cut to that`
}

function endOf(error: unknown, signal: AbortSignal): RunEnd {
  if (signal.aborted) return { status: 'aborted', failure: null }
  return { status: 'failed', failure: failureOf(error) }
}
