import { agentHelloSchema, agentMessageCheck, firstAgentCheck } from '../wire/agent-messages.js'
import { type AgentChecks, type ConnectOptions, openSession, type Session } from './session.js'

export type { ConnectOptions, Session } from './session.js'
export type { Waiting } from './turn.js'

/** Of an agent that is trusted in nothing. */
export const AGENT_CHECKS: AgentChecks = {
  first: firstAgentCheck,
  message: agentMessageCheck,
  hello: agentHelloSchema,
}

/** Connects to an agent, which is trusted in nothing: {@link openSession}. */
export function connectSession(options: ConnectOptions): Promise<Session> {
  return openSession(options, AGENT_CHECKS)
}
