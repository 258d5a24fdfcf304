import { XrbenchError } from '../../errors.js'
import { openSession, type Session } from '../client/session.js'
import type { Channel } from '../wire/channel.js'
import { trusting } from '../wire/message-check.js'
import type { DriverCommand, DriverEvent } from './messages.js'

type DriverChannel = Channel<DriverCommand, DriverEvent>

/** An agent that is started at the same time as this end is waited for so long. */
const AGENT_START_MS = 120_000

/**
 * A client that does what the other end of `channel` says, with an agent beside it, until that end is gone. Sessions are as everywhere;
 * what an agent says is judged where it arrives at last.
 */
export async function drive(channel: DriverChannel): Promise<void> {
  let session: Session | undefined
  let running = new AbortController()
  const run = async (command: Extract<DriverCommand, { type: 'run' }>) => {
    if (session === undefined) throw new Error('there is no session')
    running = new AbortController()
    const report = await session.runRepetition(command.case, {
      signal: running.signal,
      isLast: command.isLast,
      ...(command.wantsProgress && {
        onProgress: (progress) => channel.send({ type: 'progress', progress }),
      }),
    })
    channel.send({ type: 'report', report, isOpen: session.isOpen })
  }
  try {
    for (;;) {
      const command = await channel.receive()
      if (command.type === 'abort') running.abort()
      if (command.type === 'run') run(command).catch((error) => channel.send(failed(error)))
      if (command.type === 'connect') {
        session = await connect(command)
        await session.takeTurn({ planMs: null })
        channel.send(await introduction(session))
      }
    }
  } catch (error) {
    channel.send(failed(error))
  } finally {
    await session?.close()
  }
}

function connect({ host, port, key }: Extract<DriverCommand, { type: 'connect' }>) {
  return openSession(
    { host, port, key: Buffer.from(key, 'hex'), patienceMs: AGENT_START_MS },
    { first: trusting(), message: trusting(), hello: trusting() },
  )
}

async function introduction(session: Session): Promise<DriverEvent> {
  const { facts, localAddress, remoteAddress } = session
  const environment = await session.environment()
  return { type: 'connected', facts, localAddress, remoteAddress, environment }
}

function failed(error: unknown): DriverEvent {
  if (error instanceof XrbenchError) {
    const { code, exitCode, message, hint } = error
    return { type: 'failed', code, exitCode, message, hint: hint ?? null }
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { type: 'failed', code: 'XRB_INTERNAL', exitCode: 1, message, hint: null }
}
