import { type Deferred, deferred } from '../../deferred.js'
import { peerError, type XrbenchError } from '../../errors.js'
import type { EndReport, SoFar } from '../../results/repetition/report.js'
import type { Sample } from '../endpoint/warmup.js'
import type { AgentMessage } from '../wire/agent-messages.js'
import type { Channel } from '../wire/channel.js'
import type { ClientMessage } from '../wire/client-messages.js'
import type { ClockReading } from '../wire/clock.js'
import { Versions } from '../wire/versions.js'
import { toldBy } from './failure.js'

export type ClientChannel = Channel<AgentMessage, ClientMessage>

export interface Finished {
  report: EndReport
  /** The agent measured for somebody else meanwhile. */
  isShared: boolean
}

/** What the agent says over one repetition, each as a promise; after `over` the unkept ones reject. */
export interface AgentReplies {
  prepared: Promise<string>
  connected: Promise<void>
  started: Promise<void>
  /** Asks for the time at the agent's end. */
  clock(): Promise<ClockReading>
  /** Names the window; `startNs` of the agent's clock. False when that got there too late. */
  schedule(version: number, startNs: number): Promise<boolean>
  measured(version: number): Promise<void>
  ended: Promise<void>
  finished: Promise<Finished>
  /** Resolves when the agent refused, reported an error or was lost; never when it finished. */
  over: Promise<XrbenchError>
}

/** Who is told of what the agent says unasked. */
interface Listeners {
  sample(sample: Sample): void
  soFar(soFar: SoFar): void
}

/** Listens from `prepare` on, until the agent has finished or there is nothing more to hear. */
export function agentReplies(channel: ClientChannel, listeners: Listeners): AgentReplies {
  const once = {
    prepared: deferred<string>(),
    connected: deferred<void>(),
    started: deferred<void>(),
    ended: deferred<void>(),
    finished: deferred<Finished>(),
  }
  const over = deferred<XrbenchError>()
  const asked: Deferred<ClockReading>[] = []
  const scheduled = new Versions<boolean>()
  const measured = new Versions<void>()
  /** Whether that was the last of this repetition. */
  const hear = (message: AgentMessage): boolean => {
    switch (message.type) {
      case 'prepared':
        once.prepared.resolve(message.blob)
        return false
      case 'connected':
      case 'started':
      case 'ended':
        once[message.type].resolve()
        return false
      case 'clock':
        asked.shift()?.resolve({ nowNs: message.nowNs, clockId: message.clockId })
        return false
      case 'sample':
        listeners.sample(withoutType(message))
        return false
      case 'so-far':
        listeners.soFar(withoutType(message))
        return false
      case 'scheduled':
        scheduled.resolve(message.version, message.isAhead)
        return false
      case 'measured':
        measured.resolve(message.version, undefined)
        return false
      case 'finished':
        once.finished.resolve({ report: message.report, isShared: message.isShared === true })
        return true
      case 'refused':
      case 'error':
        throw toldBy(message)
      case 'hello-ok':
      case 'waiting':
      case 'turn':
      case 'ping':
        throw peerError('XRB_PROTOCOL', `The agent sent '${message.type}' out of order.`)
    }
  }
  const listen = async () => {
    while (!hear(await channel.receive()));
  }
  listen().catch((error: XrbenchError) => {
    over.resolve(error)
    for (const waiting of [...Object.values(once), ...asked, scheduled, measured]) {
      waiting.reject(error)
    }
  })
  return {
    prepared: once.prepared.promise,
    connected: once.connected.promise,
    started: once.started.promise,
    clock: () => {
      const reading = deferred<ClockReading>()
      asked.push(reading)
      channel.send({ type: 'clock' })
      return reading.promise
    },
    schedule: (version, startNs) => {
      channel.send({ type: 'schedule', version, startNs })
      return scheduled.of(version).promise
    },
    measured: (version) => measured.of(version).promise,
    ended: once.ended.promise,
    finished: once.finished.promise,
    over: over.promise,
  }
}

function withoutType<T extends { type: string }>({ type: _, ...rest }: T): Omit<T, 'type'> {
  return rest
}
