import type { DataPorts, EndpointSpec, OwnRdmaPort } from '../../addon/addon.js'
import { peerError } from '../../errors.js'
import { carries } from '../../plan/connects.js'
import { checkQuicSize, checkSize } from '../../plan/limits.js'
import { isWithinMachine } from '../../plan/transports.js'
import { endpointSpec } from '../endpoint/spec.js'
import type { PrepareMessage } from '../wire/client-messages.js'
import { heardParameters } from '../wire/told-parameters.js'

/** What an operator allows a client. */
export interface AgentLimits {
  /** The client may name the CPUs that this end's measuring threads are pinned to. */
  allowCpu: boolean
  /** A client elsewhere may have QUIC without encryption. */
  allowNullCrypto: boolean
  /** Warm-up and measured phase of one repetition together, nanoseconds. */
  maxDurationNs: number
}

/** What this agent's operator decided. */
export interface Terms {
  limits: AgentLimits
  rdmaPort: OwnRdmaPort
  /** `null`: any. */
  dataPorts: DataPorts | null
}

/** Buffers of all streams of one repetition together, bytes. */
const MAX_BUFFERED_BYTES = 1024 ** 3

/**
 * What this end is going to do for a client's request, bound to the address its control connection came in on. `isAlone`: the client is on
 * another machine.
 * @throws {XrbenchError} what the client may not have (`XRB_PEER_LIMIT`), or this version has not
 */
export function admit(
  told: PrepareMessage,
  localAddress: string,
  { limits, rdmaPort, dataPorts }: Terms,
  isAlone = false,
): EndpointSpec {
  const request = { ...told, parameters: heardParameters(told.parameters) }
  const { transport, workload, parameters } = request
  const family = localAddress.includes(':') ? 6 : 4
  checkSize(transport, workload, parameters.messageSizeBytes, family)
  if (parameters.quic !== null && workload !== 'rr')
    checkQuicSize(parameters.quic, parameters.messageSizeBytes)
  checkRr(request)
  checkLimits(parameters, limits)
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
    dataPorts,
    parameters: own,
    isAlone,
  })
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

function checkLimits(parameters: PrepareMessage['parameters'], limits: AgentLimits): void {
  const longest = Math.max(parameters.messageSizeBytes, parameters.responseSizeBytes ?? 0)
  if (longest * parameters.streams > MAX_BUFFERED_BYTES) {
    throw peerError('XRB_PEER_LIMIT', 'The agent allows 1 GiB of message buffers at most.', {
      hint: 'use a smaller --size or fewer --streams',
    })
  }
  if (parameters.warmupCapNs + parameters.durationNs > limits.maxDurationNs) {
    const seconds = limits.maxDurationNs / 1e9
    throw peerError(
      'XRB_PEER_LIMIT',
      `The agent allows ${seconds} s for the warm-up and the measured phase of one repetition.`,
      { hint: 'use a shorter --duration, or start the agent with a longer --max-duration' },
    )
  }
  if (typeof parameters.pin === 'object' && !limits.allowCpu) {
    throw peerError('XRB_PEER_LIMIT', 'The agent does not let its client choose CPUs.', {
      hint: 'start the agent with --allow-cpu, or use --pin auto',
    })
  }
}
