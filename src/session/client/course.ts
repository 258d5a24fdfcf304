import { setImmediate } from 'node:timers/promises'
import type { EndpointSpec } from '../../addon/addon.js'
import { after } from '../../deadline.js'
import { measurementError, XrbenchError } from '../../errors.js'
import type { RepetitionReport, SoFar } from '../../results/repetition/report.js'
import { decodeBlob, encodeBlob } from '../../transports/blob.js'
import type { Progress } from '../endpoint/messages.js'
import type { EndpointProcess } from '../endpoint/process.js'
import { decides, samplesWarmup } from '../endpoint/spec.js'
import { type Sample, Warmup, type WarmupEnd, warmupWindowNs } from '../endpoint/warmup.js'
import { type ClockOffset, compareClocks, jumpBetween, nowNs, skewBetween } from '../wire/clock.js'
import {
  ENDING_GRACE_MS,
  MAX_WINDOWS,
  WATCHDOG_MARGIN_MS,
  WINDOW_LEAD_MAX_MS,
  WINDOW_LEAD_MS,
} from '../wire/protocol.js'
import type { AgentReplies, ClientChannel } from './agent-replies.js'
import { Answers } from './answers.js'
import type { Interruption } from './interruption.js'

/** Both ends of a repetition, as its client has hold of them. */
export interface Ends {
  channel: ClientChannel
  endpoint: EndpointProcess
  replies: AgentReplies
  heard: Heard
  /** The agent tells how far its end is, once a second. */
  tellsSoFar: boolean
}

/** What was heard of both ends on the way. */
export interface Heard {
  /** Who is told of the agent's warm-up. */
  onSample: (sample: Sample) => void
  /** The last of each end. */
  soFar: Record<'client' | 'server', SoFar | null>
}

/** Iterations have so long at the most before the next news of them, and as a whole where an agent cannot tell how far its end is. */
const LONGEST_PAUSE_MS = 24 * 3600_000

/** How far a repetition came. */
export type Course = Pick<RepetitionReport, 'warmup' | 'window' | 'standstillNs'>

type OnProgress = ((progress: Progress) => void) | undefined

/**
 * From `prepare` until all is measured (`null`) or something came between. Three things race: the steps, what interrupts them, and an end that is
 * through before the news of it is here.
 */
export async function conduct(
  ends: Ends,
  spec: EndpointSpec,
  interrupted: Promise<Interruption>,
  onProgress: OnProgress,
  course: Course,
): Promise<Interruption | null> {
  const over = new AbortController()
  const measured = takeSteps(ends, spec, onProgress, course, over.signal).then(
    () => null,
    interruptionBy,
  )
  const first = await Promise.race([measured, interrupted])
  const result =
    first?.kind === 'ended' ? await settled(measured, ends.endpoint, ends.replies, first) : first
  over.abort()
  return result
}

/** An end that fails rejects a step with nothing of ours, and is told of by `interrupted`, which says more. */
function interruptionBy(error: unknown): Promise<Interruption> {
  if (error instanceof XrbenchError) return Promise.resolve({ kind: 'error', error })
  return new Promise(() => {})
}

/** What a step gives, if the repetition is not over by then: else nothing is said to an end any more. */
type InTime = <T>(step: Promise<T>) => Promise<T>

/** Writes into `course` what it has come to. */
async function takeSteps(
  ends: Ends,
  spec: EndpointSpec,
  onProgress: OnProgress,
  course: Course,
  over: AbortSignal,
): Promise<void> {
  const { channel, endpoint, replies } = ends
  const inTime: InTime = async (step) => {
    const value = await step
    over.throwIfAborted()
    return value
  }
  const connectMs = spec.connectTimeoutNs / 1e6
  const answers = new Answers(over, connectMs + WATCHDOG_MARGIN_MS)
  // A question that follows `finish` is out of order, and would end the session.
  const askClock = () => inTime(answers.prompt(replies.clock()))
  const prepared = answers.beforeStart(replies.prepared)
  const [mine, theirs] = await inTime(Promise.all([endpoint.open(spec), prepared]))
  channel.send({ type: 'connect', blob: encodeBlob(mine) })
  const connecting = endpoint.connect(decodeBlob(theirs), connectMs)
  await inTime(Promise.all([connecting, answers.beforeStart(replies.connected)]))
  const offset = await compareClocks(askClock)
  channel.send({ type: 'start' })
  await inTime(answers.beforeStart(replies.started))
  const beganNs = nowNs()
  const { ended } = await inTime(warmUp(ends, spec, offset, onProgress))
  // Two clocks drift apart in a warm-up.
  const begin = await compareClocks(askClock)
  const { version, startNs } = await nameWindow(ends, begin, answers, inTime)
  course.warmup = { durationNs: startNs - beganNs, ended }
  course.window = { skewNs: begin.skewNs }
  await inTime(allMeasured(ends, spec, answers, version))
  const end = await compareClocks(askClock).catch(() => begin)
  course.standstillNs = jumpBetween(begin, end, nowNs() - startNs)
  course.window = { skewNs: skewBetween(begin, end) }
}

/** Starts this end, and waits until what both ends receive is steady, or long enough. */
async function warmUp(
  { endpoint, heard }: Ends,
  spec: EndpointSpec,
  { offsetNs }: ClockOffset,
  onProgress: OnProgress,
): Promise<WarmupEnd> {
  const ends = (['client', 'server'] as const).filter((role) => decides({ ...spec, role }))
  const warmup = new Warmup(spec.warmupCapNs, ends, nowNs())
  heard.onSample = (sample) => warmup.add('server', { ...sample, atNs: sample.atNs - offsetNs })
  const onSample = (sample: Sample) => warmup.add('client', sample)
  const sampleNs = warmupWindowNs(spec.warmupCapNs)
  await endpoint.run({
    onProgress,
    onSoFar: (soFar) => {
      heard.soFar.client = soFar
    },
    warmup: samplesWarmup(spec) ? { sampleNs, onSample } : undefined,
  })
  return warmup.ended
}

/**
 * Names one window to both ends, far enough ahead for both; anew when it got to one of them too late.
 * @throws {XrbenchError} `XRB_LATE` when no lead was long enough
 */
async function nameWindow(
  { endpoint, replies }: Ends,
  { offsetNs, roundTripNs }: ClockOffset,
  answers: Answers,
  inTime: InTime,
): Promise<{ version: number; startNs: number }> {
  let leadNs = WINDOW_LEAD_MS * 1e6 + 4 * roundTripNs
  for (let version = 1; version <= MAX_WINDOWS; version++) {
    const askedNs = nowNs()
    const startNs = Math.round(askedNs + leadNs)
    const theirStartNs = Math.max(0, Math.round(startNs + offsetNs))
    const areAhead = await inTime(
      Promise.all([
        endpoint.schedule(version, startNs),
        answers.prompt(replies.schedule(version, theirStartNs)),
      ]),
    )
    if (areAhead.every(Boolean)) return { version, startNs }
    // An end that has to wait for a CPU answers as late as it was told: that way and back is long enough for one way.
    leadNs = Math.min(Math.max(2 * leadNs, nowNs() - askedNs), WINDOW_LEAD_MAX_MS * 1e6)
  }
  throw measurementError(
    'XRB_LATE',
    'The two ends could not be told in time when to measure: they are too busy, or too far apart.',
    { hint: 'use fewer --streams, or look whether one of the machines is overloaded' },
  )
}

/**
 * After one end has ended, the other is going to notice by itself, and then knows more than that we stopped it. Waits for that a little,
 * or until it turns out that all has been measured after all.
 */
async function settled<T>(
  measured: Promise<T>,
  endpoint: EndpointProcess,
  replies: AgentReplies,
  ended: T,
): Promise<T> {
  const grace = after(ENDING_GRACE_MS, ended)
  const both = Promise.all([endpoint.ended, replies.ended.catch(() => {})])
  const result = await Promise.race([measured, both.then(() => setImmediate(ended)), grace.promise])
  grace.cancel()
  return result
}

/** Nobody knows how long the agent's links take to so many iterations; while they do, they get on. Where time decides, all of it is limited. */
async function theirsMeasured(
  { replies, heard, tellsSoFar }: Ends,
  spec: EndpointSpec,
  answers: Answers,
  version: number,
): Promise<void> {
  const measured = replies.measured(version)
  if (spec.durationNs > 0) return await measured
  const read = () => heard.soFar.server?.messages ?? 0
  await answers.whileItGrows(measured, read, tellsSoFar ? pauseMs(spec) : LONGEST_PAUSE_MS)
}

/** So long nothing arrives at most, of both ends, while all is well. */
function pauseMs({ idleTimeoutNs, messageSizeBytes, rateBitsPerSec }: EndpointSpec): number {
  const apartNs = rateBitsPerSec > 0 ? (messageSizeBytes * 8e9) / rateBitsPerSec : 0
  return Math.min((idleTimeoutNs + 2 * apartNs) / 1e6 + WATCHDOG_MARGIN_MS, LONGEST_PAUSE_MS)
}

/** The ends that decide how long it takes: initiators and receivers. */
async function allMeasured(
  ends: Ends,
  spec: EndpointSpec,
  answers: Answers,
  version: number,
): Promise<void> {
  const deciding: Promise<void>[] = []
  if (decides({ ...spec, role: 'client' })) deciding.push(ends.endpoint.measured(version))
  if (decides({ ...spec, role: 'server' }))
    deciding.push(theirsMeasured(ends, spec, answers, version))
  await Promise.all(deciding)
}
