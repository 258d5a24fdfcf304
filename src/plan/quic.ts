import type {
  KernelTls,
  QuicMessages,
  QuicOpensslOptions,
  QuicOptions,
  TlsHandshake,
  TlsOptions,
  WorkloadName,
} from '../addon/addon.js'

export const DEFAULT_TLS: Readonly<TlsOptions> = Object.freeze({
  cipher: 'aes-128-gcm',
  handshake: 'full',
  kernel: 'off',
})

/** TLS options as a user gives them. */
export interface TlsRequest extends Omit<TlsOptions, 'kernel' | 'handshake'> {
  /** Of a connect: one case for each that the transport has. */
  readonly handshakes: readonly TlsHandshake[]
  /** One case of TLS for each. */
  readonly kernel: readonly KernelTls[]
}

export const DEFAULT_TLS_REQUEST: Readonly<TlsRequest> = Object.freeze({
  cipher: DEFAULT_TLS.cipher,
  handshakes: [DEFAULT_TLS.handshake],
  kernel: [DEFAULT_TLS.kernel],
})

/** QUIC options as a user gives them; `null` is chosen by workload. */
export interface QuicRequest
  extends Omit<QuicOptions, 'messages' | 'windowBytes' | 'ackThreshold' | 'nullCrypto'> {
  /** One case for each. */
  readonly messages: readonly QuicMessages[]
  /** One case for each: a diagnostic beside what is encrypted. */
  readonly nullCrypto: readonly boolean[]
  readonly windowBytes: number | null
  readonly ackThreshold: number | null
}

/** Fits an Ethernet frame with every IP header. */
export const DEFAULT_UDP_PAYLOAD_BYTES = 1452

export const DEFAULT_QUIC: Readonly<QuicRequest> = Object.freeze({
  messages: ['stream'] as const,
  streams: 1,
  udpPayloadBytes: DEFAULT_UDP_PAYLOAD_BYTES,
  windowBytes: null,
  ackThreshold: null,
  congestionControl: 'cubic',
  keyUpdateNs: 0,
  retry: false,
  pacing: false,
  nullCrypto: [false],
  verify: false,
})

/** Larger ones only fill queues: the round trip grows, the goodput does not. Large packets take a larger one. */
export function defaultWindowBytes(udpPayloadBytes: number): number {
  return (udpPayloadBytes > 9000 ? 8 : 2) * 1024 * 1024
}

/** In a ping-pong each packet is acknowledged by the next message; of a stream, ten by one. */
export function defaultAckThreshold(workload: WorkloadName): number {
  return workload === 'stream' ? 10 : 1
}

/** The options of one case. */
export function quicOptions(
  request: Readonly<QuicRequest>,
  messages: QuicMessages,
  workload: WorkloadName,
  nullCrypto = false,
): QuicOptions {
  return {
    ...request,
    messages,
    nullCrypto,
    streams: workload === 'stream' && messages === 'stream' ? request.streams : 1,
    windowBytes: request.windowBytes ?? defaultWindowBytes(request.udpPayloadBytes),
    ackThreshold: request.ackThreshold ?? defaultAckThreshold(workload),
    verify:
      (workload === 'rr' || (workload === 'ping-pong' && messages === 'stream')) && request.verify,
  }
}

/** … of one case of `quic:openssl`, which has no others. */
export function quicOpensslOptions(
  request: Readonly<Pick<QuicRequest, 'streams' | 'verify'>>,
  workload: WorkloadName,
): QuicOpensslOptions {
  const isStream = workload === 'stream'
  return { streams: isStream ? request.streams : 1, verify: !isStream && request.verify }
}
