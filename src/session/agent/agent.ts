import { clientHelloSchema, clientMessageCheck, firstClientCheck } from '../wire/client-messages.js'
import { type Agent, type AgentOptions, openAgent } from './server.js'
import type { ClientChecks } from './session.js'

export type { Agent, AgentCounts, AgentEvent, AgentOptions } from './server.js'

/** Of a client that is trusted in nothing. */
export const CLIENT_CHECKS: ClientChecks = {
  first: firstClientCheck,
  message: clientMessageCheck,
  hello: clientHelloSchema,
}

/** Listens, and serves clients, which are trusted in nothing: {@link openAgent}. */
export function startAgent(options: AgentOptions): Promise<Agent> {
  return openAgent(options, CLIENT_CHECKS)
}
