import { agentHelloSchema, agentMessageSchema } from '../wire/agent-messages.js'
import { type ConnectOptions, openSession, type Session } from './session.js'

export type { ConnectOptions, Session } from './session.js'
export type { Waiting } from './turn.js'

/** Connects to an agent, which is trusted in nothing: {@link openSession}. */
export function connectSession(options: ConnectOptions): Promise<Session> {
  return openSession(options, { message: agentMessageSchema, hello: agentHelloSchema })
}
