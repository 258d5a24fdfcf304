import { type Agent, type AgentOptions, openAgent } from './agent-server.js'
import { clientHelloSchema, clientMessageSchema } from './client-messages.js'

export type { Agent, AgentEvent, AgentOptions } from './agent-server.js'

/** Listens, and serves clients, which are trusted in nothing: {@link openAgent}. */
export function startAgent(options: AgentOptions): Promise<Agent> {
  return openAgent(options, { message: clientMessageSchema, hello: clientHelloSchema })
}
