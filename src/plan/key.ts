import { formatDuration, formatRate, formatSize } from '../units.js'
import type { Case } from './case.js'
import {
  DEFAULT_MESSAGE_TIMEOUT_NS,
  DEFAULT_SOCKET,
  defaultReceiveBufferBytes,
} from './defaults.js'
import { isLossy } from './lossy.js'
import { runsOverTcp } from './over-tcp.js'
import { isQuic } from './quic-family.js'
import { quicKeyParts, quicOpensslKeyParts, tlsKeyParts } from './quic-key.js'
import { rdmaKeyParts } from './rdma-key.js'
import { rrKeyParts } from './rr.js'

/**
 * Canonical name of what is measured, same on every machine: `tcp/ping-pong/64B/block`, then a part for each parameter
 * that differs from its default and changes what the number means. How long is measured does not.
 */
export function caseKey({
  transport,
  workload,
  parameters: p,
}: Pick<Case, 'transport' | 'workload' | 'parameters'>): string {
  const parts: string[] = [transport, workload, formatSize(p.messageSizeBytes), p.wait]
  if (workload === 'stream') {
    if (p.direction !== 'up') parts.push(p.direction)
    if (p.streams !== 1) parts.push(`streams=${p.streams}`)
    if (p.rateBitsPerSec !== 0) parts.push(`rate=${formatRate(p.rateBitsPerSec)}`)
  }
  if (workload === 'rr') parts.push(...rrKeyParts(p))
  if (
    isLossy({ transport, workload, parameters: p }) &&
    (workload === 'ping-pong' || workload === 'rr') &&
    p.messageTimeoutNs !== DEFAULT_MESSAGE_TIMEOUT_NS
  ) {
    parts.push(`message-timeout=${formatDuration(p.messageTimeoutNs)}`)
  }
  if (p.rdma !== null) parts.push(...rdmaKeyParts(p.rdma))
  if (p.quic !== null) parts.push(...quicKeyParts(p.quic, workload))
  if (p.quicOpenssl !== null) parts.push(...quicOpensslKeyParts(p.quicOpenssl))
  if (p.tls !== null) parts.push(...tlsKeyParts(p.tls))
  if (p.unixType !== undefined && p.unixType !== 'stream') parts.push(p.unixType)
  // RDMA and QUIC have said it among their own.
  if (p.verify && p.rdma === null && !isQuic(transport)) parts.push('verify')
  const s = p.socket
  if (s.sendBufferBytes !== null) parts.push(`sndbuf=${formatSize(s.sendBufferBytes)}`)
  if (
    s.receiveBufferBytes !== null &&
    s.receiveBufferBytes !== defaultReceiveBufferBytes(transport, workload)
  ) {
    parts.push(`rcvbuf=${formatSize(s.receiveBufferBytes)}`)
  }
  if (runsOverTcp(transport) && s.noDelay !== DEFAULT_SOCKET.noDelay) parts.push('no-nodelay')
  if (runsOverTcp(transport) && s.congestionControl !== null) {
    parts.push(`congestion=${s.congestionControl}`)
  }
  if (s.dscp !== null) parts.push(`dscp=${s.dscp}`)
  if (s.busyPollUs !== null) parts.push(`busy-poll=${s.busyPollUs}us`)
  if (
    (transport === 'udp' || isQuic(transport)) &&
    workload === 'stream' &&
    !s.segmentationOffload
  ) {
    parts.push('no-gso')
  }
  if (p.pin === 'none') parts.push('pin=none')
  else if (p.pin !== 'auto') parts.push(`pin=${p.pin.client.join('+')}:${p.pin.server.join('+')}`)
  return parts.join('/')
}
