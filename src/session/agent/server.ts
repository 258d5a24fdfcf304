import type { AddressInfo, Socket } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import type { DataPorts, OwnRdmaPort } from '../../addon/addon.js'
import { environmentError, type XrbenchError } from '../../errors.js'
import type { Environment } from '../../results/schema/environment.js'
import { EndpointSource } from '../endpoint/source.js'
import type { SessionKey } from '../wire/key.js'
import { agentTlsOptions, isKeyed } from '../wire/tls.js'
import { toolFacts } from '../wire/tool-facts.js'
import type { AgentLimits } from './admission.js'
import { type ClientChecks, serveSession } from './session.js'

export interface AgentOptions {
  host: string
  /** 0 = the kernel's choice. */
  port: number
  key: SessionKey
  limits: AgentLimits
  maxSessions: number
  /** What this end uses for RDMA, whatever clients say; `null`s = by the address they reach it at. */
  rdmaPort: OwnRdmaPort
  /** Where data goes, beside the session; `null`: ports of the kernel's choice. */
  dataPorts: DataPorts | null
  /** Names told in the hello. */
  transports: string[]
  /** Captured once, at the first session. */
  environment: () => Promise<Environment>
  /** A client is about to come: its first endpoint process is started right away. */
  forksAhead?: boolean
  onEvent?: (event: AgentEvent) => void
}

export type AgentEvent =
  | { type: 'session-opened'; peer: string }
  /** `admitted`: it had got past the hello. */
  | { type: 'session-closed'; peer: string; reason: XrbenchError; admitted: boolean }
  /** Somebody who does not have the key, or does not speak TLS. */
  | { type: 'rejected'; peer: string; reason: string }

export interface Agent {
  host: string
  port: number
  /** Ends all sessions and their endpoint processes. Idempotent. */
  close(): Promise<void>
}

/** Connections that have not shown the key yet are held open at most this many at a time. */
const MAX_HANDSHAKES = 32

/** Why one was rejected that has shown no key, and no wrong one. */
export const SILENT = 'it said nothing while others came'

/**
 * Of more than can be held the oldest is let go: whoever has the key needs milliseconds to show it, and silent ones cannot keep others out.
 */
function letOldestGo(server: Server, onEvent: AgentOptions['onEvent']): void {
  const waiting = new Map<string, Socket>()
  server.on('connection', (socket: Socket) => {
    const peer = peerOf(socket)
    waiting.set(peer, socket)
    socket.once('close', () => waiting.delete(peer))
    const [oldest] = waiting
    if (waiting.size <= MAX_HANDSHAKES || oldest === undefined) return
    onEvent?.({ type: 'rejected', peer: oldest[0], reason: SILENT })
    oldest[1].destroy()
  })
  server.on('secureConnection', (socket: TLSSocket) => waiting.delete(peerOf(socket)))
}

/**
 * Listens, and serves sessions until closed. `startAgent` is this with strict checks.
 * @throws {XrbenchError} `XRB_PORT_TAKEN`, `XRB_ADDRESS` (exit 3)
 */
export async function openAgent(options: AgentOptions, checks: ClientChecks): Promise<Agent> {
  const source = new EndpointSource()
  if (options.forksAhead) source.forkAhead()
  const sessions = new Set<{ socket: TLSSocket; ended: Promise<void> }>()
  let places = options.maxSessions
  let environment: Promise<Environment> | undefined
  const context = {
    tool: toolFacts(),
    transports: options.transports,
    environment: () => (environment ??= options.environment()),
    limits: options.limits,
    rdmaPort: options.rdmaPort,
    dataPorts: options.dataPorts,
    checks,
    source,
    enter: () => {
      if (places === 0) return null
      places -= 1
      return () => {
        places += 1
      }
    },
  }
  const server = createServer(agentTlsOptions(options.key))
  letOldestGo(server, options.onEvent)
  server.on('tlsClientError', (error, socket) => {
    // One that was let go, or went by itself.
    if (socket.remoteAddress !== undefined)
      options.onEvent?.({ type: 'rejected', peer: peerOf(socket), reason: error.message })
    socket.destroy()
  })
  server.on('secureConnection', (socket) => {
    const peer = peerOf(socket)
    socket.on('error', () => {})
    if (!isKeyed(socket)) {
      socket.destroy()
      return
    }
    socket.setNoDelay(true)
    options.onEvent?.({ type: 'session-opened', peer })
    const session = {
      socket,
      ended: serveSession(socket, context).then(({ reason, admitted }) => {
        sessions.delete(session)
        options.onEvent?.({ type: 'session-closed', peer, reason, admitted })
      }),
    }
    sessions.add(session)
  })
  const { address, port } = await listen(server, options.host, options.port)
  return {
    host: address,
    port,
    close: async () => {
      server.close()
      for (const { socket } of sessions) socket.destroy()
      await Promise.all([...sessions].map(({ ended }) => ended))
      await source.close()
    },
  }
}

function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port)))
    server.listen({ host, port, exclusive: true }, () => resolve(server.address() as AddressInfo))
  })
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): XrbenchError {
  if (error.code === 'EADDRINUSE') {
    return environmentError(
      'XRB_PORT_TAKEN',
      `Port ${port} of ${host} is taken.`,
      `ss -tlnp 'sport = :${port}'   (who has it; or take another port: --listen ${host.includes(':') ? `[${host}]` : host}:${port + 1})`,
    )
  }
  const reason = error.code ?? error.message
  return environmentError(
    'XRB_ADDRESS',
    `This machine cannot listen at ${host}, port ${port} (${reason}).`,
    'ip address   (what this machine has)',
  )
}

function peerOf(socket: { remoteAddress?: string | undefined; remotePort?: number | undefined }) {
  return `${socket.remoteAddress ?? 'unknown'} port ${socket.remotePort ?? 'unknown'}`
}
