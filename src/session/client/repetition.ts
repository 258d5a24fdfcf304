import type { EndpointSpec } from '../../addon/addon.js'
import { withDeadline } from '../../deadline.js'
import { peerError } from '../../errors.js'
import type { Case } from '../../plan/case.js'
import type { EndReport, RepetitionReport } from '../../results/repetition/report.js'
import { endReport, noReport } from '../endpoint/end-report.js'
import type { Progress } from '../endpoint/messages.js'
import { PROCESS_DIED } from '../endpoint/process.js'
import type { EndpointSource } from '../endpoint/source.js'
import { endpointSpec, remoteParameters } from '../endpoint/spec.js'
import { isRemote } from '../wire/addresses.js'
import { sleepSoFar, sleptBetween } from '../wire/clock.js'
import { REPORT_DEADLINE_MS, WATCHDOG_MARGIN_MS } from '../wire/protocol.js'
import { toldParameters } from '../wire/told-parameters.js'
import { agentReplies, type ClientChannel } from './agent-replies.js'
import { type Course, conduct, type Ends, type Heard } from './course.js'
import { type Failure, failureFrom, rootFailure } from './failure.js'
import { type Interruption, watch } from './interruption.js'
import { lastWord } from './last-word.js'

export interface RepetitionOptions {
  /** Ends the repetition early; what was measured until then is kept. */
  signal?: AbortSignal | undefined
  /** Called twice a second while the loop runs. Without it, no timer exists in the measuring process. */
  onProgress?: ((progress: Progress) => void) | undefined
  /** None comes after it: neither end forks a process ahead. */
  isLast?: boolean | undefined
}

/** Where a client's repetitions take place. */
interface ClientRoom {
  channel: ClientChannel
  source: EndpointSource
  localAddress: string
  remoteAddress: string
  /** The agent knows challenges of data. */
  isGuarded: boolean
  /** … and tells on the way how far its end is. */
  tellsSoFar: boolean
  /** … and may hear that no repetition follows. */
  knowsLast: boolean
}

/** One repetition, driven from the client's end. */
export async function runRepetition(
  room: ClientRoom,
  c: Case,
  options: RepetitionOptions,
): Promise<RepetitionReport> {
  const { channel, source } = room
  if (channel.fault !== null) throw await lastWord(channel)
  const spec = clientSpec(c, room)
  const startedAt = new Date().toISOString()
  const began = performance.now()
  const sleepBefore = sleepSoFar()
  const { transport, workload } = c
  const endpoint = source.take()
  channel.send({
    type: 'prepare',
    transport,
    workload,
    parameters: toldParameters(remoteParameters(c, 'server')),
  })
  const heard: Heard = { onSample: () => {}, soFar: { client: null, server: null } }
  const replies = agentReplies(channel, {
    sample: (sample) => heard.onSample(sample),
    soFar: (soFar) => {
      heard.soFar.server = soFar
    },
  })
  const { tellsSoFar } = room
  const ends = { channel, endpoint, replies, heard, tellsSoFar }
  const { interrupted, release } = watch(endpoint, replies, limitMs(spec), options.signal)
  const course: Course = { warmup: null, window: null }
  const interrupting = await conduct(ends, spec, interrupted, options.onProgress, course)
  release()
  const isLast = options.isLast === true
  const reports = await collect(ends, spec, isLast && room.knowsLast)
  const interruption = isUsers(interrupting, reports.client, options.signal)
    ? ({ kind: 'aborted' } as const)
    : interrupting
  const isOneMachine = !isRemote(room.localAddress, room.remoteAddress)
  const totalNs = Math.round((performance.now() - began) * 1e6)
  if (interruption === null && !isLast) source.forkAhead()
  await endpoint.close()
  const sleptNs = sleptBetween(sleepBefore, sleepSoFar())
  const standstillNs = Math.max(course.standstillNs ?? 0, sleptNs)
  const { soFar } = heard
  const judged = verdict(interruption, reports, isOneMachine)
  return { ...judged, ...course, startedAt, totalNs, standstillNs, soFar }
}

/**
 * Whether it was the user's signal that ended a process of this end: one that the terminal sends to all ends those that have only just begun, and
 * that may be noticed before the signal is.
 */
function isUsers(
  interruption: Interruption | null,
  { fault }: EndReport,
  signal: AbortSignal | undefined,
): boolean {
  return interruption?.kind === 'ended' && fault?.code === PROCESS_DIED && signal?.aborted === true
}

function clientSpec(c: Case, { localAddress, remoteAddress, isGuarded }: ClientRoom): EndpointSpec {
  const { transport, workload } = c
  const parameters = remoteParameters(c, 'client')
  const isAlone = isRemote(localAddress, remoteAddress)
  const own = { localAddress, peerAddress: remoteAddress, isGuarded, parameters, isAlone }
  return endpointSpec({ role: 'client', transport, workload, ...own })
}

/** With `iterations` nobody knows how long it takes; the addon then watches that there is progress. */
function limitMs(spec: EndpointSpec): number | null {
  if (spec.durationNs === 0) return null
  const ns = spec.connectTimeoutNs + spec.warmupCapNs + spec.durationNs
  return ns / 1e6 + WATCHDOG_MARGIN_MS
}

interface Reports {
  client: EndReport
  server: EndReport
  isShared: boolean
  /** Set when the agent's could not be had. */
  lost: Failure | null
}

async function collect(
  { channel, endpoint, replies }: Ends,
  spec: EndpointSpec,
  tellsLast: boolean,
): Promise<Reports> {
  channel.send({ type: 'finish', ...(tellsLast && { isLast: true }) })
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
      return { report: noReport(), isShared: false }
    }),
  ])
  const { report, isShared } = server
  return { client: endReport(mine, endpoint, spec.cpus), server: report, isShared, lost }
}

function verdict(
  interruption: Interruption | null,
  { client, server, isShared, lost }: Reports,
  isOneMachine: boolean,
): Pick<RepetitionReport, 'status' | 'failure' | 'client' | 'server' | 'isShared'> {
  const ends = { client, server, ...(isShared && { isShared }) }
  if (interruption?.kind === 'aborted') return { status: 'aborted', failure: null, ...ends }
  const failure =
    interruption?.kind === 'error'
      ? failureFrom(interruption.error)
      : (lost ?? rootFailure(client, server, interruption === null, isOneMachine))
  if (failure !== null) return { status: 'failed', failure, ...ends }
  if (interruption === null) return { status: 'completed', failure: null, ...ends }
  const unexplained = peerError('XRB_ENDED_EARLY', 'One end stopped before all was measured.')
  return { status: 'failed', failure: failureFrom(unexplained), ...ends }
}
