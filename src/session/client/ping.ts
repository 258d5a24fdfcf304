import type { AgentFacts } from '../../results/repetition/report.js'
import { plainAddress } from '../wire/addresses.js'
import { PING_FEATURE } from '../wire/protocol.js'
import { AGENT_CHECKS } from './client.js'
import { type ConnectOptions, introduced } from './session.js'

/** An agent that is there. */
export interface Pong {
  facts: AgentFacts
  /** Numeric address this end talks to it from. */
  localAddress: string
  /** Who would come now; `null`: an agent of before turns, which serves whoever it lets in. */
  line: { place: number; aboutMs: number | null } | null
}

/**
 * Looks whether an agent is there, and leaves.
 * @throws {XrbenchError} as `connectSession`
 */
export async function pingAgent(options: ConnectOptions): Promise<Pong> {
  const { channel, socket, facts, line } = await introduced(options, AGENT_CHECKS, [PING_FEATURE])
  const localAddress = plainAddress(socket.localAddress ?? '')
  channel.close()
  return { facts, localAddress, line }
}
