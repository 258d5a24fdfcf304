import type { EndpointSpec, TlsCipher, WaitPolicy } from '../addon/addon.js'
import { DEFAULT_MESSAGE_TIMEOUT_NS } from '../options/measure.js'
import { DEFAULT_DATAGRAM_RECEIVE_BUFFER_BYTES } from '../options/socket.js'
import {
  DEFAULT_CONNECT_TIMEOUT_NS,
  DEFAULT_IDLE_TIMEOUT_NS,
  DEFAULT_INTERVAL_NS,
  DEFAULT_SOCKET,
} from '../plan/defaults.js'
import { DEFAULT_QUIC, DEFAULT_TLS, quicOptions } from '../plan/quic.js'

/** Ways for its one thread to wait. */
export const PERF_WAITS = ['block', 'spin'] as const satisfies readonly WaitPolicy[]
type PerfWait = (typeof PERF_WAITS)[number]

/** What either end of the perf protocol may be told of its transport. */
export interface PerfTransport {
  readonly wait: PerfWait
  /** `null` = unpinned. */
  readonly cpu: number | null
  readonly cipher: TlsCipher
  readonly udpPayloadBytes: number
  /** A client acknowledges so many packets at once. */
  readonly ackThreshold: number
  /** A server asks each client back first, to show that its address is its own (RFC 9000 section 8.1.2). */
  readonly retry: boolean
}

/** Phases of a client. */
export interface PerfPhases {
  readonly warmupCapNs: number
  /** 0 = by `requests`. */
  readonly durationNs: number
  /** 0 = by `durationNs`. */
  readonly requests: number
}

/** A server drops a client of which it heard nothing for so long. */
const SERVER_IDLE_TIMEOUT_NS = 30e9

/** It does not know what is going to be measured: every second packet, as RFC 9000 section 13.2.2 has it. */
const SERVER_ACK_THRESHOLD = 2

/** The end as the addon is told of it. */
export function perfSpec(
  role: 'client' | 'server',
  localAddress: string,
  transport: PerfTransport,
  phases: PerfPhases = { warmupCapNs: 0, durationNs: 1e9, requests: 0 },
): EndpointSpec {
  return {
    transport: 'quic',
    role,
    localAddress,
    workload: 'ping-pong',
    direction: 'up',
    streams: 1,
    messageSizeBytes: 1,
    responseSizeBytes: null,
    inflight: null,
    wait: transport.wait,
    warmupCapNs: phases.warmupCapNs,
    durationNs: phases.durationNs,
    iterations: phases.requests,
    intervalNs: DEFAULT_INTERVAL_NS,
    rateBitsPerSec: 0,
    verify: false,
    messageTimeoutNs: DEFAULT_MESSAGE_TIMEOUT_NS,
    idleTimeoutNs: role === 'server' ? SERVER_IDLE_TIMEOUT_NS : DEFAULT_IDLE_TIMEOUT_NS,
    connectTimeoutNs: DEFAULT_CONNECT_TIMEOUT_NS,
    cpus: transport.cpu === null ? [] : [transport.cpu],
    socket: { ...DEFAULT_SOCKET, receiveBufferBytes: DEFAULT_DATAGRAM_RECEIVE_BUFFER_BYTES },
    rdma: null,
    quicOpenssl: null,
    tls: { ...DEFAULT_TLS, cipher: transport.cipher },
    quic: {
      ...quicOptions(
        { ...DEFAULT_QUIC, udpPayloadBytes: transport.udpPayloadBytes, retry: transport.retry },
        'stream',
        'ping-pong',
      ),
      ackThreshold: role === 'server' ? SERVER_ACK_THRESHOLD : transport.ackThreshold,
    },
  }
}
