import type {
  KernelTls,
  QuicCongestion,
  QuicMessages,
  TlsCipher,
  TlsHandshake,
} from '../addon/addon.js'

export const TLS_CIPHERS = [
  'aes-128-gcm',
  'aes-256-gcm',
  'chacha20-poly1305',
] as const satisfies readonly TlsCipher[]
export const TLS_HANDSHAKES = ['full', 'resumed', '0rtt'] as const satisfies readonly TlsHandshake[]
export const KERNEL_TLS = ['off', 'auto', 'on'] as const satisfies readonly KernelTls[]
export const QUIC_MESSAGES = ['stream', 'datagram'] as const satisfies readonly QuicMessages[]
export const QUIC_CONGESTIONS = [
  'cubic',
  'reno',
  'bbr',
] as const satisfies readonly QuicCongestion[]
export const MAX_QUIC_STREAMS = 64
/** The smallest UDP payload that QUIC allows a path to have (RFC 9000 section 14). */
export const MIN_UDP_PAYLOAD_BYTES = 1200
export const MAX_UDP_PAYLOAD_BYTES = 65_507
/** One packet fills nearly all of what Linux' loopback device carries at once (its MTU is 65,536). */
export const LOOPBACK_UDP_PAYLOAD_BYTES = 65_000
export const MIN_QUIC_WINDOW_BYTES = 1024
export const MAX_QUIC_WINDOW_BYTES = 256 * 1024 * 1024
export const MAX_ACK_THRESHOLD = 1000
/** Keys are not updated again within three probe timeouts, each of which is longer than the peer's 25 ms of delay (RFC 9001 section 6.5). */
export const MIN_KEY_UPDATE_NS = 100e6
/** Of a packet that carries a DATAGRAM frame, so much is not payload: header, tag, and the frame's own (RFC 9000, RFC 9221). */
export const QUIC_DATAGRAM_OVERHEAD_BYTES = 34
