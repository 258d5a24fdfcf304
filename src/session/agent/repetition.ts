import type { EndpointSpec } from '../../addon/addon.js'
import { peerError, type XrbenchError } from '../../errors.js'
import type { EndReport, SoFar } from '../../results/repetition/report.js'
import { decodeBlob, encodeBlob } from '../../transports/blob.js'
import { endReport } from '../endpoint/end-report.js'
import type { EndpointProcess } from '../endpoint/process.js'
import { samplesWarmup } from '../endpoint/spec.js'
import { type Sample, warmupWindowNs } from '../endpoint/warmup.js'
import type { AgentMessage } from '../wire/agent-messages.js'
import type { Channel } from '../wire/channel.js'
import type { ClientMessage } from '../wire/client-messages.js'
import { readClock } from '../wire/clock.js'
import { MAX_CLOCK_QUESTIONS, WATCHDOG_MARGIN_MS } from '../wire/protocol.js'
import { toldReport } from './told.js'

export type AgentChannel = Channel<ClientMessage, AgentMessage>

interface ServedOptions {
  /** Where messages decide how long it measures; a client that has not finished by then is dropped. */
  measuringMs: number
  /** The client wants to hear how far this end is. */
  tellsSoFar: boolean
}

/** How a repetition went at this end, as a client is told. */
interface Served {
  report: EndReport
  /** Both ends were connected, and this one got under way. */
  hasStarted: boolean
  /** The client measures nothing after it. */
  isLast: boolean
}

/**
 * One repetition at the agent's end, from an admitted `prepare` to the report that `finish` asks for. Commands are obeyed as they come, in their
 * order; what the endpoint does meanwhile is told as it happens.
 * @throws {XrbenchError} when the client is gone, too slow or out of order; the caller ends the endpoint
 */
export async function serveRepetition(
  channel: AgentChannel,
  endpoint: EndpointProcess,
  spec: EndpointSpec,
  { measuringMs, tellsSoFar }: ServedOptions,
): Promise<Served> {
  // One that is to be connected must not take as long as one that measures.
  let expiresAt = performance.now() + spec.connectTimeoutNs / 1e6 + 2 * WATCHDOG_MARGIN_MS
  let hasStarted = false
  let over = false
  let isLast = false
  const tell = (message: AgentMessage) => {
    if (!over) channel.send(message)
  }
  // Each of these rejects when the endpoint ends instead, which `ended` tells.
  const ignore = () => {}
  endpoint.onMeasured((version) => tell({ type: 'measured', version }))
  endpoint.ended.then(() => tell({ type: 'ended' }), ignore)
  endpoint.open(spec).then((blob) => tell({ type: 'prepared', blob: encodeBlob(blob) }), ignore)
  const next = inOrder()
  try {
    for (;;) {
      const message = await channel.receive(Math.max(expiresAt - performance.now(), 0))
      next(message)
      if (message.type === 'finish') {
        isLast = message.isLast === true
        break
      }
      if (message.type === 'connect') {
        const blob = decodeBlob(message.blob)
        const connecting = endpoint.connect(blob, spec.connectTimeoutNs / 1e6)
        connecting.then(() => tell({ type: 'connected' }), ignore)
      } else if (message.type === 'clock') {
        tell({ type: 'clock', ...readClock() })
      } else if (message.type === 'schedule') {
        const { version, startNs } = message
        const scheduled = endpoint.schedule(version, startNs)
        scheduled.then((isAhead) => tell({ type: 'scheduled', version, isAhead }), ignore)
      } else {
        expiresAt = performance.now() + longestMs(spec, measuringMs) + 2 * WATCHDOG_MARGIN_MS
        const onSample = (sample: Sample) => tell({ type: 'sample', ...sample })
        const sampleNs = warmupWindowNs(spec.warmupCapNs)
        const warmup = samplesWarmup(spec) ? { sampleNs, onSample } : undefined
        const onSoFar = tellsSoFar
          ? (soFar: SoFar) => tell({ type: 'so-far', ...soFar })
          : undefined
        const started = () => {
          hasStarted = true
          tell({ type: 'started' })
        }
        endpoint.run({ warmup, onSoFar }).then(started, ignore)
      }
    }
    over = true
    const report = endReport(await endpoint.finish(), endpoint, spec.cpus)
    return { report: toldReport(report), hasStarted, isLast }
  } finally {
    over = true
  }
}

function longestMs({ warmupCapNs, durationNs }: EndpointSpec, measuringMs: number): number {
  return durationNs === 0 ? measuringMs : (warmupCapNs + durationNs) / 1e6
}

/** Judges the order of what a client says from `prepare` to `finish`. */
function inOrder(): (message: ClientMessage) => void {
  let expected: ClientMessage['type'] = 'connect'
  let questions = 0
  let windows = 0
  return ({ type, ...message }) => {
    if (type === 'finish') return
    if (type === 'clock' && questions++ < MAX_CLOCK_QUESTIONS) return
    if (type === 'schedule' && expected === 'finish') {
      if ('version' in message && message.version === ++windows) return
    } else if (type === expected) {
      expected = type === 'connect' ? 'start' : 'finish'
      return
    }
    throw outOfOrder(type)
  }
}

export function outOfOrder(type: string): XrbenchError {
  return peerError('XRB_PROTOCOL', `The client sent '${type}' out of order.`)
}
