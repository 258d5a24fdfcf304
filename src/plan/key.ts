import { keyParts } from '../options/key-parts.js'
import { MEASURE } from '../options/measure.js'
import { QUIC } from '../options/quic.js'
import { RDMA } from '../options/rdma.js'
import { SOCKET } from '../options/socket.js'
import { TLS } from '../options/tls.js'
import { formatSize } from '../units.js'
import type { Case } from './case.js'
import { circumstancesOf } from './circumstances.js'

/**
 * Canonical name of what is measured, same on every machine: `tcp/ping-pong/64B/block`, then a part for each parameter
 * that differs from its default and changes what the number means. How long is measured does not.
 */
export function caseKey(c: Pick<Case, 'transport' | 'workload' | 'parameters'>): string {
  const { transport, workload, parameters: p } = c
  const about = circumstancesOf(c)
  const parts: string[] = [transport, workload, formatSize(p.messageSizeBytes), p.wait]
  parts.push(...keyParts(MEASURE, p, about))
  const verify = keyParts(MEASURE, p, about, 'with its own')
  // Among the options of its own, where a transport has some.
  const hasOptions = (p.rdma ?? p.quic ?? p.quicOpenssl) !== null
  if (p.rdma !== null) parts.push(...keyParts(RDMA, p.rdma, about))
  if (p.quic !== null) parts.push(...keyParts(QUIC, p.quic, about))
  if (p.quicOpenssl !== null) parts.push(...keyParts(QUIC, p.quicOpenssl, about))
  if (hasOptions) parts.push(...verify)
  if (p.tls !== null) parts.push(...keyParts(TLS, p.tls, about))
  if (!hasOptions) parts.push(...verify)
  parts.push(...keyParts(SOCKET, p.socket, about), ...keyParts(MEASURE, p, about, 'last'))
  return parts.join('/')
}
