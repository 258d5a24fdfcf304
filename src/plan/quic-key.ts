import type { QuicOpensslOptions, QuicOptions, TlsOptions, WorkloadName } from '../addon/addon.js'
import { formatDuration, formatSize } from '../units.js'
import {
  DEFAULT_TLS,
  DEFAULT_UDP_PAYLOAD_BYTES,
  defaultAckThreshold,
  defaultWindowBytes,
} from './quic.js'

/** What the name of a case says of its cipher, and of whose work it is. */
export function tlsKeyParts({ cipher, handshake, kernel }: Readonly<TlsOptions>): string[] {
  const parts: string[] = handshake === DEFAULT_TLS.handshake ? [] : [handshake]
  if (cipher !== DEFAULT_TLS.cipher) parts.push(cipher)
  if (kernel !== DEFAULT_TLS.kernel) parts.push(kernel === 'on' ? 'ktls' : `ktls=${kernel}`)
  return parts
}

/** … and of its QUIC options. */
export function quicKeyParts(quic: Readonly<QuicOptions>, workload: WorkloadName): string[] {
  const parts: string[] = workload === 'connect' ? [] : [quic.messages]
  if (quic.streams !== 1) parts.push(`quic-streams=${quic.streams}`)
  if (quic.udpPayloadBytes !== DEFAULT_UDP_PAYLOAD_BYTES) {
    parts.push(`payload=${quic.udpPayloadBytes}B`)
  }
  if (quic.windowBytes !== defaultWindowBytes(quic.udpPayloadBytes)) {
    parts.push(`window=${formatSize(quic.windowBytes)}`)
  }
  if (quic.ackThreshold !== defaultAckThreshold(workload)) {
    parts.push(`ack-threshold=${quic.ackThreshold}`)
  }
  if (quic.congestionControl !== 'cubic') parts.push(quic.congestionControl)
  if (quic.retry) parts.push('retry')
  if (quic.pacing) parts.push('pacing')
  if (quic.keyUpdateNs !== 0) parts.push(`key-update=${formatDuration(quic.keyUpdateNs)}`)
  if (quic.nullCrypto) parts.push('null-crypto')
  if (quic.verify) parts.push('verify')
  return parts
}

/** … by Node's own OpenSSL. */
export function quicOpensslKeyParts({ streams, verify }: Readonly<QuicOpensslOptions>): string[] {
  return [...(streams === 1 ? [] : [`quic-streams=${streams}`]), ...(verify ? ['verify'] : [])]
}
