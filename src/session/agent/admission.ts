import type { DataPorts, EndpointSpec, OwnRdmaPort } from '../../addon/addon.js'
import { peerError } from '../../errors.js'
import { filled } from '../../options/fill.js'
import { SERVE } from '../../options/serve.js'
import { runsOverMessages } from '../../options/workloads.js'
import { carries } from '../../plan/connects.js'
import { checkQuicSize, checkSize } from '../../plan/limits.js'
import { isQuic, isWithinMachine, type TransportName } from '../../plan/transports.js'
import { formatSize } from '../../units.js'
import { endpointSpec } from '../endpoint/spec.js'
import { isRemote } from '../wire/addresses.js'
import type { PrepareMessage } from '../wire/client-messages.js'
import { heardParameters } from '../wire/told-parameters.js'
import { checkAskedRate } from './rate-limit.js'

/** What an operator allows a client. */
export interface AgentLimits {
  /** The client may name the CPUs that this end's measuring threads are pinned to. */
  allowCpu: boolean
  /** A client elsewhere may have QUIC without encryption. */
  allowNullCrypto: boolean
  /** A client elsewhere may have UDP and QUIC though it knows no challenges of data: those of before them return none. */
  allowOlder: boolean
  /** A client elsewhere is refused, for nothing here confines what would measure for it. */
  refuseElsewhere: boolean
  /** Warm-up and measured phase of one repetition together, nanoseconds. */
  maxDurationNs: number
  /** Payload bits per second of each direction; `null`: as the link says (`rateLimit`). */
  maxRateBitsPerSec: number | null
  maxMessageBytes: number
  /** Connections of one repetition, of each direction. */
  maxStreams: number
}

const { allowCpu, allowOlder, maxDurationNs, maxRateBitsPerSec, maxMessageBytes, maxStreams } =
  filled(SERVE)
export const DEFAULT_LIMITS: AgentLimits = {
  ...{ allowCpu, allowNullCrypto: false, allowOlder, refuseElsewhere: false },
  ...{ maxDurationNs, maxRateBitsPerSec, maxMessageBytes, maxStreams },
}

/** What this agent's operator decided. */
interface Terms {
  limits: AgentLimits
  rdmaPort: OwnRdmaPort
  /** `null`: any. */
  dataPorts: DataPorts | null
}

/** Who asks. */
interface Client {
  /** Of its control connection, which data goes to alone. */
  address: string
  /** It knows challenges of data. */
  isGuarded: boolean
}

/**
 * What this end is going to do for a client's request, bound to the address its control connection came in on.
 * @throws {XrbenchError} what the client may not have (`XRB_PEER_LIMIT`), or this version has not
 */
export function admit(
  told: PrepareMessage,
  localAddress: string,
  { address, isGuarded }: Client,
  { limits, rdmaPort, dataPorts }: Terms,
): EndpointSpec {
  const isAlone = isRemote(localAddress, address)
  if (isAlone && !isGuarded && !limits.allowOlder) refuseUnchallenged(told.transport)
  const request = { ...told, parameters: heardParameters(told.parameters) }
  const { transport, workload, parameters } = request
  const family = localAddress.includes(':') ? 6 : 4
  checkSize(transport, workload, parameters.messageSizeBytes, family)
  if (parameters.quic !== null && !runsOverMessages(workload))
    checkQuicSize(parameters.quic, parameters.messageSizeBytes)
  checkRr(request)
  checkLimits(request, limits)
  if (parameters.quic?.nullCrypto && isAlone && !limits.allowNullCrypto) {
    throw peerError(
      'XRB_PEER_LIMIT',
      'The agent has no QUIC without encryption for other machines.',
    )
  }
  if (isAlone && isWithinMachine(transport)) {
    throw peerError(
      'XRB_PEER_LIMIT',
      `${transport} joins two processes of one machine, and the client is on another.`,
    )
  }
  // Whatever the client says of a device means one of its own machine.
  const rdma = parameters.rdma === null ? null : { ...parameters.rdma, ...rdmaPort }
  const own = { ...parameters, rdma }
  return endpointSpec({
    role: 'server',
    transport,
    workload,
    localAddress,
    peerAddress: address,
    isGuarded,
    dataPorts,
    parameters: own,
    isAlone,
  })
}

/** What its peer does not have to answer before it is sent to: a forged address is enough. */
function refuseUnchallenged(transport: TransportName): void {
  if (transport !== 'udp' && !isQuic(transport)) return
  throw peerError(
    'XRB_PEER_VERSION',
    `The agent sends no ${transport} to a client that does not know challenges: upgrade xrbench at the client.`,
    {
      hint: 'install the same version of xrbench at both ends, or start the agent with --allow-older',
    },
  )
}

/** What only an agent of before this workload, or a client that is none, would let pass. */
function checkRr({ transport, workload, parameters }: PrepareMessage): void {
  if (!carries(transport, workload)) {
    throw peerError('XRB_PEER_WORKLOAD', `The agent cannot do ${workload} over ${transport}.`)
  }
  const isAsked = parameters.responseSizeBytes !== null && parameters.inflight !== null
  if (workload === 'rr' && !isAsked) {
    throw peerError('XRB_PROTOCOL', 'The client asked for rr without saying what answers are like.')
  }
}

function checkLimits(request: PrepareMessage, limits: AgentLimits): void {
  const { parameters } = request
  const { maxDurationNs, maxRateBitsPerSec: maxRate, maxMessageBytes, maxStreams } = limits
  const refuse = (sentence: string, hint: string) => {
    throw peerError('XRB_PEER_LIMIT', sentence, { hint })
  }
  const longest = Math.max(parameters.messageSizeBytes, parameters.responseSizeBytes ?? 0)
  if (longest > maxMessageBytes) {
    const size = formatSize(maxMessageBytes)
    refuse(`The agent allows messages of ${size} at most.`, `--size ${size}`)
  }
  if (parameters.streams > maxStreams) {
    refuse(`The agent allows --streams ${maxStreams} at most.`, `--streams ${maxStreams}`)
  }
  if (maxRate !== null) checkAskedRate(request, maxRate)
  if (parameters.warmupCapNs + parameters.durationNs > maxDurationNs) {
    refuse(
      `The agent allows ${maxDurationNs / 1e9} s for the warm-up and the measured phase of one repetition.`,
      'use a shorter --duration, or start the agent with a longer --max-duration',
    )
  }
  if (typeof parameters.pin === 'object' && !limits.allowCpu) {
    refuse(
      'The agent does not let its client choose CPUs.',
      'start the agent with --allow-cpu, or use --pin auto',
    )
  }
}
