import type { TLSSocket } from 'node:tls'
import type { DataPorts, OwnRdmaPort } from '../../addon/addon.js'
import { EXIT_CODES, peerError, XrbenchError } from '../../errors.js'
import type { Environment } from '../../results/schema/environment.js'
import { ciphersWithoutKernel } from '../../transports/kernel-tls.js'
import type { EndpointSource } from '../endpoint/source.js'
import { isRemote, plainAddress } from '../wire/addresses.js'
import { Channel } from '../wire/channel.js'
import type { ClientHello, ClientMessage } from '../wire/client-messages.js'
import type { MessageCheck } from '../wire/message-check.js'
import * as protocol from '../wire/protocol.js'
import type { ToolFacts } from '../wire/tool-facts.js'
import { type AgentLimits, admit } from './admission.js'
import { type AgentChannel, outOfOrder, serveRepetition } from './repetition.js'

/** Judges what a client says. */
export interface ClientChecks {
  message: MessageCheck<ClientMessage>
  hello: MessageCheck<ClientHello>
}

/** What a session needs of the agent it belongs to. */
export interface AgentContext {
  tool: ToolFacts
  transports: string[]
  environment: () => Promise<Environment>
  limits: AgentLimits
  rdmaPort: OwnRdmaPort
  dataPorts: DataPorts | null
  /** Takes one of the places for sessions and gives back how to leave it; `null` when none is free. */
  enter: () => (() => void) | null
  checks: ClientChecks
  source: EndpointSource
}

/** How a session ended; `admitted` when it had got past the hello. */
export interface SessionEnd {
  reason: XrbenchError
  admitted: boolean
}

/** Serves one authenticated connection to its end; never rejects. */
export async function serveSession(socket: TLSSocket, context: AgentContext): Promise<SessionEnd> {
  const channel: AgentChannel = new Channel(socket, {
    incoming: context.checks.message,
    maxOutgoingBytes: protocol.AGENT_FRAME_MAX_BYTES,
    peer: 'client',
  })
  const addresses = {
    local: plainAddress(socket.localAddress ?? ''),
    remote: plainAddress(socket.remoteAddress ?? ''),
  }
  let leave: (() => void) | null = null
  try {
    const { features } = checkHello(
      await channel.receive(protocol.HELLO_DEADLINE_MS),
      context.checks,
    )
    leave = context.enter()
    if (leave === null) throw busy()
    channel.maxIncomingBytes = protocol.CLIENT_FRAME_MAX_BYTES
    context.source.forkAhead()
    channel.send(await hello(context))
    const client = { ...addresses, tellsSoFar: features.includes(protocol.SO_FAR_FEATURE) }
    for (;;) await serveNext(channel, client, context)
  } catch (thrown) {
    const error = asXrbenchError(thrown)
    channel.close({ type: 'error', ...told(error) })
    return { reason: error, admitted: leave !== null }
  } finally {
    leave?.()
  }
}

/** Waits for a `prepare` and serves that repetition. */
async function serveNext(
  channel: AgentChannel,
  { local, remote, tellsSoFar }: { local: string; remote: string; tellsSoFar: boolean },
  context: AgentContext,
): Promise<void> {
  const request = await channel.receive(protocol.IDLE_SESSION_MS)
  // A client that gave up a repetition may say so after we had refused it.
  if (request.type === 'finish') return
  if (request.type !== 'prepare') throw outOfOrder(request.type)
  let spec: ReturnType<typeof admit>
  try {
    spec = admit(request, local, context, isRemote(local, remote))
  } catch (refusal) {
    return channel.send({ type: 'refused', ...told(asXrbenchError(refusal)) })
  }
  const limitNs = spec.connectTimeoutNs + context.limits.maxDurationNs
  const endpoint = context.source.take()
  try {
    const limitMs = limitNs / 1e6 + 2 * protocol.WATCHDOG_MARGIN_MS
    await serveRepetition(channel, endpoint, spec, limitMs, tellsSoFar)
    // The client has measured too when it asks for the report.
    context.source.forkAhead()
    await endpoint.close()
  } finally {
    await endpoint.kill()
  }
}

/** @throws {XrbenchError} `XRB_PEER_VERSION`, and `XRB_PROTOCOL` when it is no hello */
function checkHello(message: ClientMessage, checks: ClientChecks): ClientHello {
  if (message.type !== 'hello') throw outOfOrder(message.type)
  if (message.protocol !== protocol.PROTOCOL_VERSION) {
    const older = message.protocol < protocol.PROTOCOL_VERSION ? 'client' : 'agent'
    throw peerError(
      'XRB_PEER_VERSION',
      `The client speaks protocol ${message.protocol}, this agent ${protocol.PROTOCOL_VERSION}: upgrade xrbench at the ${older}.`,
      { hint: 'install the same version of xrbench at both ends' },
    )
  }
  const checked = checks.hello.safeParse(message)
  if (!checked.success) {
    throw peerError('XRB_PROTOCOL', 'The client sent a hello that is not valid.')
  }
  return checked.data
}

async function hello(context: AgentContext) {
  return {
    type: 'hello-ok' as const,
    protocol: protocol.PROTOCOL_VERSION,
    tool: context.tool,
    features: [...protocol.PROTOCOL_FEATURES, ...lacksOf(context.transports)],
    transports: context.transports,
    environment: await context.environment(),
  }
}

function lacksOf(transports: readonly string[]): string[] {
  return transports.includes('tls') ? ciphersWithoutKernel().map(protocol.noKernelTlsFeature) : []
}

function busy(): XrbenchError {
  return peerError('XRB_PEER_BUSY', 'The agent is measuring for another client.', {
    hint: 'try again when that has ended',
  })
}

function told({ code, message, hint }: XrbenchError) {
  return { code, message, hint: hint ?? null }
}

/** What went wrong inside this agent is told without its inside. */
function asXrbenchError(thrown: unknown): XrbenchError {
  if (thrown instanceof XrbenchError) return thrown
  return new XrbenchError('XRB_INTERNAL', EXIT_CODES.internal, 'The agent failed.', {
    cause: thrown,
  })
}
