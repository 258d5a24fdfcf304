import type { RdmaOptions } from '../addon/addon.js'
import { formatSize } from '../units.js'

/** What the name of an RDMA case says of its options; device, port and GID differ from machine to machine and are left out. */
export function rdmaKeyParts(rdma: Readonly<RdmaOptions>): string[] {
  const parts: string[] = [rdma.queuePair, rdma.operation]
  const numbers: [string, number | null][] = [
    ['tx-depth', rdma.txDepth],
    ['rx-depth', rdma.rxDepth],
    ['signal-every', rdma.signalEvery],
    ['post-list', rdma.postList],
  ]
  for (const [name, value] of numbers) if (value !== null) parts.push(`${name}=${value}`)
  if (rdma.inlineBytes !== null) parts.push(`inline=${formatSize(rdma.inlineBytes)}`)
  if (rdma.connectBy !== 'exchange') parts.push(rdma.connectBy)
  if (rdma.verify) parts.push('verify')
  return parts
}
