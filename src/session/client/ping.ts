import type { AgentFacts } from '../../results/repetition/report.js'
import { agentHelloSchema, agentMessageSchema } from '../wire/agent-messages.js'
import { PING_FEATURE } from '../wire/protocol.js'
import { type ConnectOptions, introduced } from './session.js'

/** An agent that is there. */
export interface Pong {
  facts: AgentFacts
  /** Who would come now; `null`: an agent of before turns, which serves whoever it lets in. */
  line: { place: number; aboutMs: number | null } | null
}

/**
 * Looks whether an agent is there, and leaves.
 * @throws {XrbenchError} as `connectSession`
 */
export async function pingAgent(options: ConnectOptions): Promise<Pong> {
  const checks = { message: agentMessageSchema, hello: agentHelloSchema }
  const { channel, facts, line } = await introduced(options, checks, [PING_FEATURE])
  channel.close()
  return { facts, line }
}
