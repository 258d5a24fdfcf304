import { agentHelloSchema, agentMessageSchema } from './agent-messages.js'
import { type ConnectOptions, openSession, type Session } from './client-session.js'

export type { ConnectOptions, Session } from './client-session.js'

/** Connects to an agent, which is trusted in nothing: {@link openSession}. */
export function connectSession(options: ConnectOptions): Promise<Session> {
  return openSession(options, { message: agentMessageSchema, hello: agentHelloSchema })
}
