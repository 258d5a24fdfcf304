import { setImmediate } from 'node:timers/promises'
import type { EndpointSpec } from '../../addon/addon.js'
import { after, withDeadline } from '../../deadline.js'
import { measurementError, peerError, XrbenchError } from '../../errors.js'
import type { Case } from '../../plan/case.js'
import type { EndReport, RepetitionReport } from '../../results/repetition/report.js'
import { decodeBlob, encodeBlob } from '../../transports/blob.js'
import { endReport, noReport } from '../endpoint/end-report.js'
import type { Progress } from '../endpoint/messages.js'
import type { EndpointProcess } from '../endpoint/process.js'
import type { EndpointSource } from '../endpoint/source.js'
import { decides, endpointSpec, remoteParameters, samplesWarmup } from '../endpoint/spec.js'
import { type Sample, Warmup, type WarmupEnd, warmupWindowNs } from '../endpoint/warmup.js'
import { isRemote } from '../wire/addresses.js'
import { type ClockOffset, compareClocks, nowNs, skewBetween } from '../wire/clock.js'
import {
  ENDING_GRACE_MS,
  MAX_WINDOWS,
  REPORT_DEADLINE_MS,
  WATCHDOG_MARGIN_MS,
  WINDOW_LEAD_MAX_MS,
  WINDOW_LEAD_MS,
} from '../wire/protocol.js'
import { toldParameters } from '../wire/told-parameters.js'
import { type AgentReplies, agentReplies, type ClientChannel } from './agent-replies.js'
import { type Failure, failureFrom, rootFailure } from './failure.js'
import { type Interruption, watch } from './interruption.js'

export interface RunOptions {
  /** Ends the repetition early; what was measured until then is kept. */
  signal?: AbortSignal | undefined
  /** Called twice a second while the loop runs. Without it, no timer exists in the measuring process. */
  onProgress?: ((progress: Progress) => void) | undefined
}

/** Where a client's repetitions take place. */
export interface ClientRoom {
  channel: ClientChannel
  source: EndpointSource
  localAddress: string
  remoteAddress: string
}

interface Ends {
  channel: ClientChannel
  endpoint: EndpointProcess
  replies: AgentReplies
  samples: SampleListeners
}

/** Who is told of the agent's warm-up. */
interface SampleListeners {
  agent: (sample: Sample) => void
}

/** How far a repetition came. */
type Course = Pick<RepetitionReport, 'warmup' | 'window'>

/** One repetition, driven from the client's end. */
export async function runRepetition(
  room: ClientRoom,
  c: Case,
  options: RunOptions,
): Promise<RepetitionReport> {
  const { channel, source } = room
  if (channel.fault !== null) throw channel.fault
  const spec = clientSpec(c, room)
  const startedAt = new Date().toISOString()
  const began = performance.now()
  const { transport, workload } = c
  const endpoint = source.take()
  channel.send({
    type: 'prepare',
    transport,
    workload,
    parameters: toldParameters(remoteParameters(c, 'server')),
  })
  const samples: SampleListeners = { agent: () => {} }
  const replies = agentReplies(channel, (sample) => samples.agent(sample))
  const ends = { channel, endpoint, replies, samples }
  const { interrupted, release } = watch(endpoint, replies, limitMs(spec), options.signal)
  const course: Course = { warmup: null, window: null }
  const interruption = await conduct(ends, spec, interrupted, options, course)
  release()
  const reports = await collect(ends, spec)
  const totalNs = Math.round((performance.now() - began) * 1e6)
  if (interruption === null) source.forkAhead()
  await endpoint.close()
  return { ...verdict(interruption, reports), ...course, startedAt, totalNs }
}

function clientSpec(c: Case, { localAddress, remoteAddress }: ClientRoom): EndpointSpec {
  const { transport, workload } = c
  const parameters = remoteParameters(c, 'client')
  const isAlone = isRemote(localAddress, remoteAddress)
  const own = { localAddress, peerAddress: remoteAddress, parameters, isAlone }
  return endpointSpec({ role: 'client', transport, workload, ...own })
}

/** With `iterations` nobody knows how long it takes; the addon then watches that there is progress. */
function limitMs(spec: EndpointSpec): number | null {
  if (spec.durationNs === 0) return null
  const ns = spec.connectTimeoutNs + spec.warmupCapNs + spec.durationNs
  return ns / 1e6 + WATCHDOG_MARGIN_MS
}

/** From `prepare` until all is measured (`null`) or something came between. */
async function conduct(
  ends: Ends,
  spec: EndpointSpec,
  interrupted: Promise<Interruption>,
  { onProgress }: RunOptions,
  course: Course,
): Promise<Interruption | null> {
  const { channel, endpoint, replies } = ends
  const steps = async () => {
    const [mine, theirs] = await Promise.all([endpoint.open(spec), replies.prepared])
    if (isOver) return null
    channel.send({ type: 'connect', blob: encodeBlob(mine) })
    const connecting = endpoint.connect(decodeBlob(theirs), spec.connectTimeoutNs / 1e6)
    await Promise.all([connecting, replies.connected])
    if (isOver) return null
    const offset = await compareClocks(replies.clock)
    if (isOver) return null
    channel.send({ type: 'start' })
    await replies.started
    if (isOver) return null
    const beganNs = nowNs()
    const { ended } = await warmUp(ends, spec, offset, onProgress)
    if (isOver) return null
    // Two clocks drift apart in a warm-up.
    const begin = await compareClocks(replies.clock)
    if (isOver) return null
    const window = await nameWindow(ends, begin, () => isOver)
    if (window === null) return null
    course.warmup = { durationNs: window.startNs - beganNs, ended }
    course.window = { skewNs: begin.skewNs }
    const { version } = window
    await allMeasured(spec, endpoint.measured(version), replies.measured(version))
    const end = await compareClocks(replies.clock).catch(() => begin)
    course.window = { skewNs: skewBetween(begin, end) }
    return null
  }
  let isOver = false
  // An end that fails rejects a step and resolves `interrupted`, which says more.
  const measured = steps().catch((error: unknown): Promise<Interruption> => {
    if (error instanceof XrbenchError) return Promise.resolve({ kind: 'error', error })
    return new Promise(() => {})
  })
  let result = await Promise.race([measured, interrupted])
  // An end that is through with its share may say so before the news that it has measured it gets here.
  if (result?.kind === 'ended') result = await settled(measured, endpoint, replies, result)
  isOver = true
  return result
}

/** Starts this end, and waits until what both ends receive is steady, or long enough. */
async function warmUp(
  { endpoint, samples }: Ends,
  spec: EndpointSpec,
  { offsetNs }: ClockOffset,
  onProgress: RunOptions['onProgress'],
): Promise<WarmupEnd> {
  const ends = (['client', 'server'] as const).filter((role) => decides({ ...spec, role }))
  const warmup = new Warmup(spec.warmupCapNs, ends, nowNs())
  samples.agent = (sample) => warmup.add('server', { ...sample, atNs: sample.atNs - offsetNs })
  const onSample = (sample: Sample) => warmup.add('client', sample)
  const sampleNs = warmupWindowNs(spec.warmupCapNs)
  await endpoint.run({
    onProgress,
    warmup: samplesWarmup(spec) ? { sampleNs, onSample } : undefined,
  })
  return warmup.ended
}

/**
 * Names one window to both ends, far enough ahead for both; anew when it got to one of them too late.
 * @returns its version and start; `null` when the repetition was over before
 * @throws {XrbenchError} `XRB_LATE` when no lead was long enough
 */
async function nameWindow(
  { endpoint, replies }: Ends,
  { offsetNs, roundTripNs }: ClockOffset,
  isOver: () => boolean,
): Promise<{ version: number; startNs: number } | null> {
  let leadNs = WINDOW_LEAD_MS * 1e6 + 4 * roundTripNs
  for (let version = 1; version <= MAX_WINDOWS; version++) {
    const startNs = Math.round(nowNs() + leadNs)
    const areAhead = await Promise.all([
      endpoint.schedule(version, startNs),
      replies.schedule(version, Math.max(0, Math.round(startNs + offsetNs))),
    ])
    if (isOver()) return null
    if (areAhead.every(Boolean)) return { version, startNs }
    leadNs = Math.min(2 * leadNs, WINDOW_LEAD_MAX_MS * 1e6)
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

/** The ends that decide how long it takes: initiators and receivers. */
async function allMeasured(
  spec: EndpointSpec,
  client: Promise<void>,
  server: Promise<void>,
): Promise<void> {
  if (decides({ ...spec, role: 'client' })) await client
  if (decides({ ...spec, role: 'server' })) await server
}

interface Reports {
  client: EndReport
  server: EndReport
  /** Set when the agent's could not be had. */
  lost: Failure | null
}

async function collect({ channel, endpoint, replies }: Ends, spec: EndpointSpec): Promise<Reports> {
  channel.send({ type: 'finish' })
  const unreported = () => {
    channel.close()
    return peerError(
      'XRB_PEER_SILENT',
      'The agent does not say how its end of the repetition went.',
    )
  }
  let lost: Failure | null = null
  const [mine, server] = await Promise.all([
    endpoint.finish(),
    withDeadline(replies.finished, REPORT_DEADLINE_MS, unreported).catch((error) => {
      lost = failureFrom(error)
      return noReport()
    }),
  ])
  return { client: endReport(mine, endpoint, spec.cpus), server, lost }
}

function verdict(
  interruption: Interruption | null,
  { client, server, lost }: Reports,
): Pick<RepetitionReport, 'status' | 'failure' | 'client' | 'server'> {
  const ends = { client, server }
  if (interruption?.kind === 'aborted') return { status: 'aborted', failure: null, ...ends }
  const failure =
    interruption?.kind === 'error'
      ? failureFrom(interruption.error)
      : (lost ?? rootFailure(client, server, interruption === null))
  if (failure !== null) return { status: 'failed', failure, ...ends }
  if (interruption === null) return { status: 'completed', failure: null, ...ends }
  const unexplained = peerError('XRB_ENDED_EARLY', 'One end stopped before all was measured.')
  return { status: 'failed', failure: failureFrom(unexplained), ...ends }
}
