import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { connect, type TLSSocket } from 'node:tls'
import { captureEnvironment } from '../../environment/capture.js'
import { type ErrorDetails, peerError, XrbenchError } from '../../errors.js'
import type { Case } from '../../plan/case.js'
import type { AgentFacts, RepetitionReport } from '../../results/repetition/report.js'
import type { Environment } from '../../results/schema/environment.js'
import { toolFacts } from '../../tool-facts.js'
import { EndpointSource } from '../endpoint/source.js'
import { plainAddress } from '../wire/addresses.js'
import type { AgentHello, AgentMessage } from '../wire/agent-messages.js'
import { Channel } from '../wire/channel.js'
import type { SessionKey } from '../wire/key.js'
import type { MessageCheck } from '../wire/message-check.js'
import * as protocol from '../wire/protocol.js'
import { clientTlsOptions, isKeyed } from '../wire/tls.js'
import type { ClientChannel } from './agent-replies.js'
import { toldBy } from './failure.js'
import { type RepetitionOptions, runRepetition } from './repetition.js'
import { type TurnOptions, takeTurn } from './turn.js'
import { type AgentAllowance, withinLimits } from './within-limits.js'

export interface ConnectOptions {
  /** Numeric address or name of the agent. */
  host: string
  port: number
  key: SessionKey
  /** An agent that is only just being started is tried again for so long. Default: not at all. */
  patienceMs?: number | undefined
  signal?: AbortSignal | undefined
}

/** Judges what an agent says. */
export interface AgentChecks {
  first: MessageCheck<AgentMessage>
  message: MessageCheck<AgentMessage>
  hello: MessageCheck<AgentHello>
}

/** One client's use of an agent. */
export interface Session {
  /** What the agent said of itself; after it has had this client wait, as of its turn. */
  readonly facts: AgentFacts
  /** Numeric address this end talks to the agent from, and measures from. */
  readonly localAddress: string
  readonly remoteAddress: string
  /** What this end is and how it is tuned. */
  environment(): Promise<Environment>
  /** False once the agent is gone or silent, and after `close()`. */
  readonly isOpen: boolean
  /** What the agent allows, from `takeTurn` on: whatever exceeds it is measured within it. `null`: it has not told. */
  readonly limits: AgentAllowance | null
  /**
   * Waits until the agent measures for this client, which lasts until `close()`. An agent that knows no turns does so from the beginning.
   * @throws {XrbenchError} exit 4: `XRB_PEER_BUSY` when too many wait already, and as `openSession`; the reason of `signal`
   */
  takeTurn(options: TurnOptions): Promise<void>
  /**
   * Never rejects for what happens to the repetition: its status and failure tell, and what was measured is kept.
   * One at a time.
   * @throws {XrbenchError} exit 4 when the session was over before it began, exit 2 for parameters that cannot be
   */
  runRepetition(c: Case, options?: RepetitionOptions): Promise<RepetitionReport>
  close(): Promise<void>
}

/**
 * Connects to an agent and introduces this client. `connectSession` is this with strict checks.
 * @throws {XrbenchError} exit 4: `XRB_PEER_UNREACHABLE`, `XRB_PEER_KEY`, `XRB_PEER_VERSION`, `XRB_PEER_BUSY`, `XRB_PEER_SILENT`,
 * `XRB_PROTOCOL`; the reason of `signal` when that is aborted
 */
export async function openSession(options: ConnectOptions, checks: AgentChecks): Promise<Session> {
  const source = new EndpointSource()
  source.forkAhead()
  try {
    const { channel, socket, facts } = await introduced(options, checks)
    return session(channel, socket, facts, source)
  } catch (error) {
    await source.close()
    throw error
  }
}

function session(
  channel: ClientChannel,
  socket: TLSSocket,
  introduction: AgentFacts,
  source: EndpointSource,
): Session {
  let facts = introduction
  let allowed: AgentAllowance | null = null
  const localAddress = plainAddress(socket.localAddress ?? '')
  const remoteAddress = plainAddress(socket.remoteAddress ?? '')
  const isGuarded = facts.features.includes(protocol.GUARDED_FEATURE)
  const tellsSoFar = facts.features.includes(protocol.SO_FAR_FEATURE)
  const knowsLast = facts.features.includes(protocol.LAST_FEATURE)
  const ways = { isGuarded, tellsSoFar, knowsLast }
  const room = { channel, source, localAddress, remoteAddress, ...ways }
  return {
    get facts() {
      return facts
    },
    localAddress,
    remoteAddress,
    get isOpen() {
      return channel.fault === null
    },
    environment: () => captureEnvironment({ address: localAddress }),
    takeTurn: async (options) => {
      if (!facts.features.includes(protocol.TURNS_FEATURE)) return
      const { environment, limits } = await takeTurn(channel, options)
      allowed = limits
      facts = { ...facts, environment: environment ?? facts.environment }
    },
    get limits() {
      return allowed
    },
    runRepetition: async (c, runOptions = {}) => {
      const fitted = withinLimits(c, allowed)
      const report = await runRepetition(room, fitted, runOptions)
      return fitted === c ? report : { ...report, negotiated: fitted.parameters }
    },
    close: async () => {
      channel.close()
      await source.close()
    },
  }
}

/** Refusals are answered at once, so the pause between two tries is all the waiting. */
const RETRY_MS = 100
/** How an agent that is only just being started looks: it is not there, too slow for a handshake, or has not noticed that we tried before. */
const STARTING = /^XRB_PEER_(UNREACHABLE|SILENT|LOST|BUSY)$/

interface Introduced {
  channel: ClientChannel
  socket: TLSSocket
  facts: AgentFacts
  /** Where this client would stand; `null`: the agent does not tell. */
  line: { place: number; aboutMs: number | null } | null
}

/**
 * Connects and says hello, again and again while the agent may still be starting.
 * @param purpose told beside the features of this version
 */
export async function introduced(
  options: ConnectOptions,
  checks: AgentChecks,
  purpose: readonly string[] = [],
): Promise<Introduced> {
  const endMs = performance.now() + (options.patienceMs ?? 0)
  for (;;) {
    let channel: ClientChannel | undefined
    try {
      const socket = await secureConnection(options)
      channel = new Channel(socket, {
        incoming: checks.message,
        first: checks.first,
        maxOutgoingBytes: protocol.CLIENT_FRAME_MAX_BYTES,
        peer: 'agent',
      })
      return { channel, socket, ...(await introduce(channel, checks, purpose)) }
    } catch (error) {
      channel?.close()
      const isStarting = error instanceof XrbenchError && STARTING.test(error.code)
      if (!isStarting || performance.now() > endMs) throw error
      await delay(RETRY_MS, undefined, options.signal && { signal: options.signal })
    }
  }
}

async function secureConnection(options: ConnectOptions): Promise<TLSSocket> {
  const { host, port, key, signal } = options
  const where = `${host}, port ${port}`
  signal?.throwIfAborted()
  // Some versions of libuv take any interface then, and a connection for data none.
  if (isLinkLocal(host) && !hasInterface(host)) {
    throw peerError('XRB_PEER_UNREACHABLE', `No agent can be reached at ${where} (no interface).`, {
      hint: zoneHint(host),
    })
  }
  const socket = connect({ host, port, ...clientTlsOptions(key) })
  const limit = AbortSignal.timeout(protocol.HELLO_DEADLINE_MS)
  try {
    await once(socket, 'secureConnect', {
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    })
    if (!isKeyed(socket)) throw peerError('XRB_PEER_KEY', `The agent at ${where} has no key.`)
    socket.setNoDelay(true)
    return socket
  } catch (error) {
    socket.on('error', () => {})
    socket.destroy()
    if (error instanceof XrbenchError) throw error
    signal?.throwIfAborted()
    if (limit.aborted) {
      throw peerError('XRB_PEER_SILENT', `The agent at ${where} does not answer.`, {
        hint: 'look whether the address is right and a firewall lets the port through',
        cause: error,
      })
    }
    throw notConnected(error, host, port)
  }
}

function notConnected(error: unknown, host: string, port: number): XrbenchError {
  const where = `${host}, port ${port}`
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  const details: ErrorDetails = { cause: error }
  if (/ALERT|BINDER|DECRYPT/.test(code)) {
    return peerError('XRB_PEER_KEY', `The agent at ${where} has another key.`, {
      hint: 'give the key that the agent was started with: --key-file FILE',
      ...details,
    })
  }
  // Not TLS, or a server with a certificate: an agent shows none.
  if (/^ERR_SSL|CERT|SIGNATURE/.test(code)) {
    return peerError('XRB_PROTOCOL', `What listens at ${where} is not an xrbench agent.`, {
      hint: 'start one there: xrbench serve',
      ...details,
    })
  }
  return peerError('XRB_PEER_UNREACHABLE', `No agent can be reached at ${where} (${code}).`, {
    hint: hintFor(code, host),
    ...details,
  })
}

function hintFor(code: string, host: string): string {
  if (isLinkLocal(host) && NO_INTERFACE.test(code)) return zoneHint(host)
  if (HUNG_UP.test(code)) return HUNG_UP_HINT
  return /^E(HOST|NET)(UNREACH|DOWN)$/.test(code)
    ? `ip route get ${host}   (is there a way?); a firewall there may also answer so`
    : 'start one there: xrbench serve'
}

/** There was somebody, who closed the connection at once. */
const HUNG_UP = /^E(CONNRESET|PIPE)$/
const HUNG_UP_HINT =
  'try again in a minute: for so long an agent does not listen to an address that too many wrong keys came from; if what listens there is none, start one: xrbench serve'

/** No such interface, or one that leads nowhere, as the loopback. */
const NO_INTERFACE = /^E(INVAL|NXIO|NODEV|NETUNREACH|ADDRNOTAVAIL)$/

function isLinkLocal(host: string): boolean {
  return /^fe[89ab][0-9a-f]:/i.test(host)
}

/** Whether it names one that is up; one by its number is the kernel's to judge. */
function hasInterface(host: string): boolean {
  const [, zone = ''] = host.split('%')
  return /^\d+$/.test(zone) || Object.hasOwn(networkInterfaces(), zone)
}

/** The kernel does not know by which interface (ipv6(7), sin6_scope_id). */
function zoneHint(host: string): string {
  return `name the interface of this machine: [${host.split('%')[0]}%eth0], as ip -6 address shows it`
}

async function introduce(
  channel: ClientChannel,
  checks: AgentChecks,
  purpose: readonly string[],
): Promise<Pick<Introduced, 'facts' | 'line'>> {
  channel.maxIncomingBytes = protocol.AGENT_FRAME_MAX_BYTES
  channel.send({
    type: 'hello',
    protocol: protocol.PROTOCOL_VERSION,
    tool: toolFacts(),
    features: [...protocol.PROTOCOL_FEATURES, ...purpose],
  })
  const answer = await channel.receive(protocol.HELLO_DEADLINE_MS)
  if (answer.type === 'error') throw toldBy(answer)
  if (answer.type !== 'hello-ok') {
    throw peerError('XRB_PROTOCOL', `The agent sent '${answer.type}' in place of a hello.`)
  }
  if (answer.protocol !== protocol.PROTOCOL_VERSION) {
    const older = answer.protocol < protocol.PROTOCOL_VERSION ? 'agent' : 'client'
    throw peerError(
      'XRB_PEER_VERSION',
      `The agent speaks protocol ${answer.protocol}, this client ${protocol.PROTOCOL_VERSION}: upgrade xrbench at the ${older}.`,
      { hint: 'install the same version of xrbench at both ends' },
    )
  }
  const checked = checks.hello.safeParse(answer)
  if (!checked.success) throw peerError('XRB_PROTOCOL', 'The agent sent a hello that is not valid.')
  return { facts: factsFrom(checked.data), line: checked.data.line ?? null }
}

function factsFrom({
  tool,
  protocol: version,
  environment,
  transports,
  features,
}: AgentHello): AgentFacts {
  return { tool, protocol: version, environment, transports, features }
}
