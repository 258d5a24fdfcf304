import type { Duplex } from 'node:stream'
import { deferred } from '../../deferred.js'
import { type ExitCode, peerError, XrbenchError } from '../../errors.js'
import type { Session } from '../client/session.js'
import { Channel } from '../wire/channel.js'
import type { SessionKey } from '../wire/key.js'
import {
  DRIVER_ABORT_MS,
  DRIVER_FRAME_MAX_BYTES,
  DRIVER_HEARTBEAT_MS,
  DRIVER_SILENCE_MS,
} from '../wire/protocol.js'
import { type DriverCommand, type DriverEvent, driverEventCheck } from './messages.js'

interface DrivenOptions {
  /** Standard input and output of the driver. */
  stdio: Duplex
  /** Rejects when the driver has ended, with how. */
  gone: Promise<never>
  /** The agent, as the driver reaches it. */
  agent: { host: string; port: number; key: SessionKey }
  signal?: AbortSignal | undefined
}

type HostChannel = Channel<DriverEvent, DriverCommand>

/**
 * A session whose client's end is a driver in another machine: `main.ts`. All that it says is judged here.
 * @throws {XrbenchError} as `connectSession`; the reason of `gone`, or of `signal`
 */
export async function driveSession(options: DrivenOptions): Promise<Session> {
  const { stdio, gone, agent, signal } = options
  gone.catch(() => {})
  const channel: HostChannel = new Channel(stdio, {
    incoming: driverEventCheck,
    maxOutgoingBytes: DRIVER_FRAME_MAX_BYTES,
    peer: 'client in the guest',
    heartbeatMs: DRIVER_HEARTBEAT_MS,
    silenceMs: DRIVER_SILENCE_MS,
  })
  channel.maxIncomingBytes = DRIVER_FRAME_MAX_BYTES
  const next = () => Promise.race([gone, channel.receive()])
  try {
    channel.send({
      type: 'connect',
      host: agent.host,
      port: agent.port,
      key: agent.key.toString('hex'),
    })
    const { facts, localAddress, remoteAddress, environment } = expect(
      'connected',
      await orAborted(next(), signal),
    )
    let isOpen = true
    return {
      facts,
      localAddress,
      remoteAddress,
      environment: async () => environment,
      get isOpen() {
        return isOpen && channel.fault === null
      },
      limits: null,
      // Its agent is there for it alone.
      takeTurn: async () => {},
      runRepetition: async (c, { signal: stop, onProgress, isLast = false } = {}) => {
        const late = deferred<never>()
        let timer: NodeJS.Timeout | undefined
        const abort = () => {
          channel.send({ type: 'abort' })
          timer = setTimeout(() => late.reject(silent()), DRIVER_ABORT_MS)
        }
        const nextOrLate = () => Promise.race([late.promise, next()])
        const wantsProgress = onProgress !== undefined
        channel.send({ type: 'run', case: c, wantsProgress, isLast })
        if (stop?.aborted) abort()
        stop?.addEventListener('abort', abort, { once: true })
        try {
          let event = await nextOrLate()
          for (; event.type === 'progress'; event = await nextOrLate()) onProgress?.(event.progress)
          const { report, isOpen: hasAgent } = expect('report', event)
          isOpen = hasAgent
          return report
        } finally {
          clearTimeout(timer)
          stop?.removeEventListener('abort', abort)
        }
      },
      close: async () => channel.close(),
    }
  } catch (error) {
    channel.close()
    throw error
  }
}

function expect<Type extends DriverEvent['type']>(type: Type, event: DriverEvent) {
  if (event.type === type) return event as Extract<DriverEvent, { type: Type }>
  if (event.type !== 'failed') throw new Error(`the driver sent '${event.type}', not '${type}'`)
  const { code, exitCode, message, hint } = event
  throw new XrbenchError(code, exitCode as ExitCode, message, hint === null ? {} : { hint })
}

async function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  signal.throwIfAborted()
  let abort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

function silent(): XrbenchError {
  return peerError('XRB_PEER_SILENT', 'The client in the guest does not end its repetition.')
}
