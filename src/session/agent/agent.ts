import {
  clientHelloSchema,
  clientMessageSchema,
  introducedClientSchema,
} from '../wire/client-messages.js'
import { type Agent, type AgentOptions, openAgent } from './server.js'

export type { Agent, AgentCounts, AgentEvent, AgentOptions } from './server.js'

/** Listens, and serves clients, which are trusted in nothing: {@link openAgent}. */
export function startAgent(options: AgentOptions): Promise<Agent> {
  return openAgent(options, {
    first: clientMessageSchema,
    message: introducedClientSchema,
    hello: clientHelloSchema,
  })
}
