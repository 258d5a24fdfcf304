import { createServer } from 'node:tls'
import type { DataPorts, OwnRdmaPort } from '../../addon/addon.js'
import { environmentError, peerError, type XrbenchError } from '../../errors.js'
import { hostAndPort } from '../../host-port.js'
import { listening } from '../../listening.js'
import type { Environment } from '../../results/schema/environment.js'
import { toolFacts } from '../../tool-facts.js'
import { EndpointSource } from '../endpoint/source.js'
import type { SessionKey } from '../wire/key.js'
import { IDLE_SESSION_MS } from '../wire/protocol.js'
import { agentTlsOptions, isKeyed } from '../wire/tls.js'
import type { AgentLimits } from './admission.js'
import { Beside } from './beside.js'
import { Budget } from './budget.js'
import { holdStrangers, peerOf } from './hold-strangers.js'
import { Line, type LineLimits } from './line.js'
import type { OriginLimits } from './origin.js'
import { OwnEnvironment } from './own-environment.js'
import { Places } from './places.js'
import {
  type ClientChecks,
  type HeldSession,
  type RequestEvent,
  type SessionEnd,
  serveSession,
} from './session.js'

export interface AgentOptions {
  host: string
  /** 0 = the kernel's choice. */
  port: number
  key: SessionKey
  limits: AgentLimits
  /** For the buffers of all repetitions under way, bytes. */
  maxMemoryBytes: number
  /** Wrong keys of an address in a minute, after which it is not listened to for the rest of it. */
  maxFailures: number
  /** Sessions that are held. */
  places: OriginLimits
  /** Of these, those that measure at a time, and those that wait for that. */
  line: LineLimits
  /** What this end uses for RDMA, whatever clients say; `null`s = by the address they reach it at. */
  rdmaPort: OwnRdmaPort
  /** Where data goes, beside the session; `null`: ports of the kernel's choice. */
  dataPorts: DataPorts | null
  /** Names told in the hello. */
  transports: string[]
  /** Captured for each session, but not while another one measures, and again when its turn comes. */
  environment: () => Promise<Environment>
  /** A session that measures nothing for so long is ended. Default: a minute. */
  idleMs?: number
  /** A client is about to come: its first endpoint process is started right away. */
  forksAhead?: boolean
  onEvent?: (event: AgentEvent) => void
}

/** What happens at an agent. `peer`: address and port of the client. */
export type AgentEvent =
  /** A client has shown that it has the key. */
  | { type: 'session-opened'; peer: string }
  /** One that has measured is over, or was refused. */
  | (RequestEvent & { peer: string })
  /** A client is gone; `seconds`: since it was let in. */
  | ({ type: 'session-closed'; peer: string; seconds: number } & SessionEnd)
  /** Somebody who does not have the key, or does not speak TLS. */
  | { type: 'rejected'; peer: string; reason: string }
  /** Somebody whose connection could not be taken: the machine has run out of something. */
  | { type: 'not-taken'; reason: string }

/** Clients at this moment. */
export interface AgentCounts {
  /** Of these some measure, some wait for that, and the others have asked for neither. */
  sessions: number
  measuring: number
  waiting: number
}

export interface Agent {
  host: string
  port: number
  counts(): AgentCounts
  /** Ends all sessions and their endpoint processes. Idempotent. */
  close(): Promise<void>
}

/** Those who have the key and come when all places are taken: they are listened to for as long as it takes to say what they want. */
const CALLERS: OriginLimits = { all: 8, perOrigin: 4 }

/** Connections that the kernel holds until they are taken, however many come at once. */
const BACKLOG = 1024

/**
 * Listens, and serves sessions until closed. `startAgent` is this with strict checks.
 * @throws {XrbenchError} `XRB_PORT_TAKEN`, `XRB_ADDRESS` (exit 3)
 */
export async function openAgent(options: AgentOptions, checks: ClientChecks): Promise<Agent> {
  const source = new EndpointSource(true)
  if (options.forksAhead) source.forkAhead()
  const sessions = new Set<{ cut: HeldSession['cut']; ended: Promise<void> }>()
  const beside = new Beside()
  const context = {
    tool: toolFacts(),
    transports: options.transports,
    environment: new OwnEnvironment(options.environment, beside),
    limits: options.limits,
    rdmaPort: options.rdmaPort,
    dataPorts: options.dataPorts,
    checks,
    places: new Places(options.places),
    callers: new Places(CALLERS),
    line: new Line(options.line),
    beside,
    memory: new Budget(options.maxMemoryBytes),
    idleMs: options.idleMs ?? IDLE_SESSION_MS,
    source,
  }
  const server = createServer(agentTlsOptions(options.key))
  const letGo = holdStrangers(server, options.maxFailures, (peer, reason) =>
    options.onEvent?.({ type: 'rejected', peer, reason }),
  )
  server.on('secureConnection', (socket) => {
    const peer = peerOf(socket)
    socket.on('error', () => {})
    if (!isKeyed(socket)) {
      socket.destroy()
      return
    }
    socket.setNoDelay(true)
    options.onEvent?.({ type: 'session-opened', peer })
    const openedAt = performance.now()
    const onRequest = (event: RequestEvent) => options.onEvent?.({ ...event, peer })
    const served = serveSession(socket, context, onRequest)
    const session = {
      cut: served.cut,
      ended: served.ended.then((end) => {
        sessions.delete(session)
        const seconds = Math.round(performance.now() - openedAt) / 1000
        options.onEvent?.({ type: 'session-closed', peer, seconds, ...end })
      }),
    }
    sessions.add(session)
  })
  const { host } = options
  const { address, port } = await listening(
    server,
    { host, port: options.port, exclusive: true, backlog: BACKLOG },
    (error) => cannotListen(error, host, options.port),
    ({ message }) => options.onEvent?.({ type: 'not-taken', reason: message }),
  )
  return {
    host: address,
    port,
    counts: () => {
      const { places, line } = context
      return { sessions: places.taken, measuring: line.measuring, waiting: line.waiting }
    },
    close: async () => {
      server.close()
      letGo()
      for (const { cut } of sessions) cut(endedByOperator())
      await Promise.all([...sessions].map(({ ended }) => ended))
      await source.close()
    },
  }
}

function endedByOperator(): XrbenchError {
  return peerError('XRB_PEER_ENDED', 'The agent was ended in the middle, on its own machine.', {
    hint: 'start it there again: xrbench serve',
  })
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): XrbenchError {
  if (error.code === 'EADDRINUSE') {
    return environmentError(
      'XRB_PORT_TAKEN',
      `Port ${port} of ${host} is taken.`,
      `ss -tlnp 'sport = :${port}'   (who has it; or take another port: --listen ${hostAndPort(host, port + 1)})`,
    )
  }
  const reason = error.code ?? error.message
  return environmentError(
    'XRB_ADDRESS',
    `This machine cannot listen at ${host}, port ${port} (${reason}).`,
    'ip address   (what this machine has)',
  )
}
