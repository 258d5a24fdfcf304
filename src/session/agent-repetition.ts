import type { EndpointSpec } from '../addon/addon.js'
import { peerError, type XrbenchError } from '../errors.js'
import { decodeBlob, encodeBlob } from '../transports/blob.js'
import type { AgentMessage } from './agent-messages.js'
import type { Channel } from './channel.js'
import type { ClientMessage } from './client-messages.js'
import { endReport } from './end-report.js'
import type { EndpointProcess } from './endpoint-process.js'

export type AgentChannel = Channel<ClientMessage, AgentMessage>

/**
 * One repetition at the agent's end, from an admitted `prepare` to `finished`. Commands are obeyed as they come, in their order; what the
 * endpoint does meanwhile is told as it happens.
 * @param limitMs all of it together; a client that has not finished by then is dropped
 * @throws {XrbenchError} when the client is gone, too slow or out of order; the caller ends the endpoint
 */
export async function serveRepetition(
  channel: AgentChannel,
  endpoint: EndpointProcess,
  spec: EndpointSpec,
  limitMs: number,
): Promise<void> {
  const expiresAt = Date.now() + limitMs
  let over = false
  const tell = (message: AgentMessage) => {
    if (!over) channel.send(message)
  }
  // Each of these rejects when the endpoint ends instead, which `ended` tells.
  const ignore = () => {}
  endpoint.measured.then(() => tell({ type: 'measured' }), ignore)
  endpoint.ended.then(() => tell({ type: 'ended' }), ignore)
  endpoint.open(spec).then((blob) => tell({ type: 'prepared', blob: encodeBlob(blob) }), ignore)
  try {
    for (let expected: ClientMessage['type'] = 'connect'; ; ) {
      const message = await channel.receive(Math.max(expiresAt - Date.now(), 0))
      if (message.type === 'finish') break
      if (message.type !== expected) throw outOfOrder(message.type)
      if (message.type === 'connect') {
        const blob = decodeBlob(message.blob)
        const connecting = endpoint.connect(blob, spec.connectTimeoutNs / 1e6)
        connecting.then(() => tell({ type: 'connected' }), ignore)
        expected = 'start'
      } else {
        endpoint.run().then(() => tell({ type: 'started' }), ignore)
        expected = 'finish'
      }
    }
    over = true
    const report = endReport(await endpoint.finish(), endpoint, spec.cpus)
    channel.send({ type: 'finished', report })
  } finally {
    over = true
  }
}

export function outOfOrder(type: string): XrbenchError {
  return peerError('XRB_PROTOCOL', `The client sent '${type}' out of order.`)
}
