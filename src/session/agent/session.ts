import type { TLSSocket } from 'node:tls'
import type { DataPorts, OwnRdmaPort } from '../../addon/addon.js'
import { linkBitsPerSec } from '../../environment/network.js'
import { EXIT_CODES, peerError, XrbenchError } from '../../errors.js'
import type { Environment } from '../../results/schema/environment.js'
import type { ToolFacts } from '../../tool-facts.js'
import { ciphersWithoutKernel } from '../../transports/kernel-tls.js'
import { formatSize } from '../../units.js'
import type { EndpointProcess } from '../endpoint/process.js'
import type { EndpointSource } from '../endpoint/source.js'
import { isRemote, plainAddress } from '../wire/addresses.js'
import { Channel } from '../wire/channel.js'
import type { ClientHello, ClientMessage, PrepareMessage } from '../wire/client-messages.js'
import type { MessageCheck } from '../wire/message-check.js'
import * as protocol from '../wire/protocol.js'
import { type AgentLimits, admit } from './admission.js'
import type { Beside } from './beside.js'
import type { Budget } from './budget.js'
import { bufferedBytes } from './buffers.js'
import type { Line, Ticket } from './line.js'
import { hasMeasured, type MeasuredEnd, measuredOf } from './measured.js'
import type { OwnEnvironment } from './own-environment.js'
import type { Places } from './places.js'
import { rateLimit } from './rate-limit.js'
import { type AgentChannel, outOfOrder, serveRepetition } from './repetition.js'
import { toldError } from './told.js'
import { ownTurn } from './turn.js'

/** Judges what a client says. */
export interface ClientChecks {
  first: MessageCheck<ClientMessage>
  message: MessageCheck<ClientMessage>
  hello: MessageCheck<ClientHello>
}

/** What a session needs of the agent it belongs to. */
interface AgentContext {
  tool: ToolFacts
  transports: string[]
  environment: OwnEnvironment
  limits: AgentLimits
  rdmaPort: OwnRdmaPort
  dataPorts: DataPorts | null
  places: Places
  /** Places for those alone who only want to know how long they would wait. */
  callers: Places
  line: Line
  beside: Beside
  memory: Budget
  idleMs: number
  checks: ClientChecks
  source: EndpointSource
}

/** What becomes of what a client asks for. */
export type RequestEvent =
  /** One that has begun is over, however it ended. */
  | ({ type: 'repetition' } & MeasuredEnd)
  /** One that is not going to happen. */
  | ({ type: 'refused'; reason: XrbenchError } & Pick<PrepareMessage, 'transport' | 'workload'>)

/** How a session ended. */
export interface SessionEnd {
  reason: XrbenchError
  /** It had got past the hello, and was not refused. */
  admitted: boolean
  /** It only wanted to know whether the agent is there. */
  isPing: boolean
  /** Repetitions that have begun, broken ones too. */
  repetitions: number
  /** … and those that were refused. */
  refused: number
}

/** A session that is served. */
export interface HeldSession {
  /** Never rejects. */
  ended: Promise<SessionEnd>
  /** Ends it, and tells the client why. */
  cut(reason: XrbenchError): void
}

/** Serves one authenticated connection to its end. */
export function serveSession(
  socket: TLSSocket,
  context: AgentContext,
  onEvent: (event: RequestEvent) => void = () => {},
): HeldSession {
  const session = new ServedSession(socket, context, onEvent)
  return { ended: session.serve(), cut: (reason) => session.cut(reason) }
}

class ServedSession {
  readonly #channel: AgentChannel
  readonly #context: AgentContext
  readonly #onEvent: (event: RequestEvent) => void
  readonly #local: string
  readonly #remote: string
  #features: readonly string[] = []
  /** What it was told of this machine is of before it came. */
  #knowsOld = false
  #ticket: Ticket | null = null
  /** What it may have, of the link it comes by too once it is its turn. */
  #limits: AgentLimits
  #repetitions = 0
  #refused = 0
  /** Nothing has been measured since. */
  #idleSince = performance.now()
  /** Why this end has ended it, where it is not in the middle of listening. */
  #cut: XrbenchError | null = null
  /** Nothing is under way: a client may leave. */
  #isListening = false

  constructor(socket: TLSSocket, context: AgentContext, onEvent: (event: RequestEvent) => void) {
    this.#context = context
    this.#limits = context.limits
    this.#onEvent = onEvent
    this.#channel = new Channel(socket, {
      incoming: context.checks.message,
      first: context.checks.first,
      maxOutgoingBytes: protocol.AGENT_FRAME_MAX_BYTES,
      peer: 'client',
    })
    this.#local = plainAddress(socket.localAddress ?? '')
    this.#remote = plainAddress(socket.remoteAddress ?? '')
  }

  async serve(): Promise<SessionEnd> {
    const { places, callers } = this.#context
    // Whoever has the key takes a place, before it has said a word.
    const place = places.enter(this.#remote)
    const leave = place ?? callers.enter(this.#remote)
    let admitted = false
    let error: XrbenchError
    try {
      // It went before anybody looked; without an address, data would be anybody's.
      if (this.#remote === '') throw peerError('XRB_PEER_LOST', 'The client closed the connection.')
      if (leave === null) throw full()
      this.#features = readHello(
        await this.#channel.receive(protocol.HELLO_DEADLINE_MS),
        this.#context.checks,
      )
      const { refuseElsewhere } = this.#limits
      if (refuseElsewhere && isRemote(this.#local, this.#remote)) throw unconfined()
      if (place === null && !(this.#isPing && this.#knowsTurns)) throw full()
      admitted = true
      await this.#greet()
      if (place === null) await this.#seeOff()
      for (;;) await this.#serveNext()
    } catch (thrown) {
      error = this.#sayLast(thrown)
    } finally {
      this.#ticket?.leave()
      leave?.()
    }
    if (error.code === 'XRB_PEER_BUSY') admitted = false
    const [repetitions, refused] = [this.#repetitions, this.#refused]
    return { reason: error, admitted, isPing: this.#isPing, repetitions, refused }
  }

  /** Tells the client, where it may still hear it, why the session ends; once. */
  #sayLast(thrown: unknown): XrbenchError {
    const error = this.#cut ?? this.#leftOr(asXrbenchError(thrown))
    this.#channel.close({ type: 'error', ...toldError(error) })
    return error
  }

  /** Who closes the connection when nothing is under way is done. */
  #leftOr(error: XrbenchError): XrbenchError {
    const isClosed = error.code === 'XRB_PEER_LOST' && error.cause === undefined
    return isClosed && this.#isListening
      ? peerError('XRB_PEER_LEFT', 'The client has left.')
      : error
  }

  get #knowsTurns(): boolean {
    return this.#features.includes(protocol.TURNS_FEATURE)
  }

  get #isPing(): boolean {
    return this.#features.includes(protocol.PING_FEATURE)
  }

  async #greet(): Promise<void> {
    this.#channel.maxIncomingBytes = protocol.CLIENT_FRAME_MAX_BYTES
    // One that cannot be told to wait has its turn now.
    if (!this.#knowsTurns) this.#takeTurnNow()
    else if (this.#context.line.measuring === 0 && !this.#isPing) this.#forkAhead()
    const line = this.#context.line.end ?? { place: 0, aboutMs: 0 }
    const environment = await this.#environment()
    const told = { ...hello(this.#context), environment }
    this.#channel.send({ ...told, ...(this.#knowsTurns && { line }) })
  }

  /** One whose turn it is already hears nothing more of this machine. */
  async #environment(): Promise<Environment> {
    const own = this.#context.environment
    if (!this.#knowsTurns) return await own.now()
    const { environment, isOld } = await own.shown()
    this.#knowsOld = isOld
    return environment
  }

  /** Waits for one to go that has no place. */
  async #seeOff(): Promise<never> {
    await this.#channel.receive(protocol.HELLO_DEADLINE_MS)
    throw full()
  }

  /** Not while others measure, for it takes a CPU. */
  #forkAhead(): void {
    if (!this.#context.beside.isMeasuring) this.#context.source.forkAhead()
  }

  /** Waits for what the client says next, and does it. */
  async #serveNext(): Promise<void> {
    this.#isListening = true
    // Who reads no answers gets no more of them.
    await this.#channel.taken()
    const { idleMs } = this.#context
    const leftMs = this.#idleSince + idleMs - performance.now()
    // What waits to be read already is no reason to go on.
    if (leftMs <= 0) throw idle(idleMs)
    const request = await this.#channel.receive(leftMs, () => idle(idleMs))
    this.#isListening = false
    switch (request.type) {
      // A client that gave up a repetition may say so after we had refused it.
      case 'finish':
        return
      case 'turn':
        return this.#giveTurn(request.planMs)
      case 'prepare':
        return this.#serveRequest(request)
      default:
        throw outOfOrder(request.type)
    }
  }

  async #giveTurn(planMs: number | null): Promise<void> {
    if (this.#ticket !== null) throw outOfOrder('turn')
    this.#ticket = this.#context.line.join(planMs)
    if (this.#ticket === null) throw queueFull(this.#context.line.waiting)
    const hasToWait = this.#ticket.standing() !== null
    await ownTurn(this.#ticket, this.#channel)
    this.#begin(this.#ticket)
    // What was told in the hello may be old by now.
    const isNew = hasToWait || this.#knowsOld
    const environment = isNew ? await this.#context.environment.now() : undefined
    const { maxDurationNs: durationNs, maxRateBitsPerSec: rateBitsPerSec } = this.#limits
    const limits = { durationNs, rateBitsPerSec }
    this.#channel.send({ type: 'turn', limits, ...(environment && { environment }) })
  }

  #takeTurnNow(): void {
    this.#ticket ??= this.#context.line.joinNow(null)
    if (this.#ticket === null) throw busy()
    this.#begin(this.#ticket)
  }

  #begin(ticket: Ticket): void {
    this.#idleSince = performance.now()
    const { limits } = this.#context
    // Within a machine there is no link.
    const link = isRemote(this.#local, this.#remote) ? linkBitsPerSec(this.#local) : null
    this.#limits = { ...limits, maxRateBitsPerSec: rateLimit(limits.maxRateBitsPerSec, link) }
    this.#forkAhead()
    void ticket.overrun.then(() => this.cut(overrun()))
  }

  /** Ends it from outside of what is under way. */
  cut(reason: XrbenchError): void {
    // It may have ended by itself, and says why.
    if (this.#channel.fault !== null) return
    this.#cut = reason
    this.#channel.close({ type: 'error', ...toldError(reason) })
  }

  #refuse({ transport, workload }: PrepareMessage, reason: XrbenchError): void {
    this.#refused += 1
    this.#onEvent({ type: 'refused', transport, workload, reason })
    this.#channel.send({ type: 'refused', ...toldError(reason) })
  }

  #count(measured: MeasuredEnd): void {
    this.#repetitions += 1
    this.#onEvent({ type: 'repetition', ...measured })
  }

  /** Serves one repetition, or says why not. */
  async #serveRequest(request: PrepareMessage): Promise<void> {
    const { limits, source, beside } = this.#context
    let spec: ReturnType<typeof admit>
    let release: () => void
    try {
      if (this.#ticket === null) this.#takeTurnNow()
      const isGuarded = this.#features.includes(protocol.GUARDED_FEATURE)
      const client = { address: this.#remote, isGuarded }
      spec = admit(request, this.#local, client, { ...this.#context, limits: this.#limits })
      release = takeMemory(request, this.#context.memory)
    } catch (thrown) {
      return this.#refuse(request, asXrbenchError(thrown))
    }
    const running = beside.begin()
    let endpoint: EndpointProcess | null = null
    try {
      endpoint = source.take()
      const limitMs = limits.maxDurationNs / 1e6
      const { report, hasStarted, isLast } = await serveRepetition(this.#channel, endpoint, spec, {
        measuringMs: limitMs,
        tellsSoFar: this.#features.includes(protocol.SO_FAR_FEATURE),
      })
      running.end()
      const isShared = running.isShared && this.#knowsTurns
      this.#isListening = true
      this.#channel.send({ type: 'finished', report, ...(isShared && { isShared }) })
      if (hasStarted) this.#count(measuredOf(request, report, endpoint.soFar))
      if (hasMeasured(report)) this.#idleSince = performance.now()
      // The client has measured too when it asks for the report.
      if (!isLast) this.#forkAhead()
      await endpoint.close()
    } catch (thrown) {
      // Before its endpoint is killed: that may take longer than a connection that is over is kept.
      this.#sayLast(thrown)
      // Its client is gone, or was cut off: what was measured until then was measured.
      if (endpoint?.hasRun) {
        const measured = measuredOf(request, await endpoint.finish(), endpoint.soFar)
        this.#count({ ...measured, status: 'failed' })
      }
      throw thrown
    } finally {
      running.end()
      await endpoint?.kill()
      release()
    }
  }
}

/**
 * The features that a client told.
 * @throws {XrbenchError} `XRB_PEER_VERSION`, and `XRB_PROTOCOL` when it is no hello
 */
function readHello(message: ClientMessage, checks: ClientChecks): readonly string[] {
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
  return checked.data.features
}

function hello(context: AgentContext) {
  return {
    type: 'hello-ok' as const,
    protocol: protocol.PROTOCOL_VERSION,
    tool: context.tool,
    features: [...protocol.PROTOCOL_FEATURES, ...lacksOf(context.transports)],
    transports: context.transports,
  }
}

function lacksOf(transports: readonly string[]): string[] {
  return transports.includes('tls') ? ciphersWithoutKernel().map(protocol.noKernelTlsFeature) : []
}

/** @throws {XrbenchError} `XRB_PEER_LIMIT` */
function takeMemory({ transport, workload, parameters }: PrepareMessage, memory: Budget) {
  const bytes = bufferedBytes(transport, workload, parameters)
  const release = memory.take(bytes)
  if (release !== null) return release
  throw peerError(
    'XRB_PEER_LIMIT',
    `The agent has ${formatSize(memory.freeBytes)} for buffers, and that takes ${formatSize(bytes)} of it.`,
    { hint: 'use a smaller --size or fewer --streams, or start the agent with more --max-memory' },
  )
}

function busy(): XrbenchError {
  return peerError('XRB_PEER_BUSY', 'The agent is measuring for another client.', {
    hint: 'try again when that has ended',
  })
}

function queueFull(waiting: number): XrbenchError {
  const line = waiting === 1 ? 'another client waits' : `${waiting} clients wait`
  const sentence = `The agent is measuring for another client, and ${line} already.`
  const details = { hint: 'try again later; xrbench ping tells how long the line is' }
  return waiting === 0 ? busy() : peerError('XRB_PEER_BUSY', sentence, details)
}

function full(): XrbenchError {
  return peerError('XRB_PEER_BUSY', 'The agent holds as many sessions as it may.', {
    hint: 'try again later; or start it with more --max-sessions, or --max-sessions-per-address',
  })
}

function idle(ms: number): XrbenchError {
  const sentence = `The client has measured nothing for ${ms / 1000} s.`
  return peerError('XRB_PEER_SILENT', sentence, { hint: 'connect again to measure' })
}

function unconfined(): XrbenchError {
  return peerError(
    'XRB_PEER_LIMIT',
    'The agent measures for its own machine alone, where nothing confines what measures for others.',
    { hint: 'start the agent where the kernel has seccomp, or with --allow-unconfined' },
  )
}

function overrun(): XrbenchError {
  return peerError(
    'XRB_PEER_TURN',
    'The turn at the agent is over: it lasted longer than was told in advance, or than a turn may last, and others wait.',
    { hint: 'measure less at a time, or when nobody waits: xrbench ping' },
  )
}

/** What went wrong inside this agent is told without its inside. */
function asXrbenchError(thrown: unknown): XrbenchError {
  if (thrown instanceof XrbenchError) return thrown
  return new XrbenchError('XRB_INTERNAL', EXIT_CODES.internal, 'The agent failed.', {
    cause: thrown,
  })
}
