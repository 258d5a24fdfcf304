import { isIP } from 'node:net'
import { usageError } from '../../errors.js'

/** Whether a numeric address never leaves this machine (RFC 1122, 3.2.1.3; RFC 4291, 2.5.3). */
export function isLoopback(address: string): boolean {
  if (isIP(address) === 4) return address.startsWith('127.')
  return isIP(address) === 6 && (address === '::1' || address.startsWith('::ffff:127.'))
}

/** Whether the two ends of a connection are on different machines, as far as their numeric addresses tell. */
export function isRemote(localAddress: string, remoteAddress: string): boolean {
  return localAddress !== remoteAddress && !isLoopback(remoteAddress)
}

/** An address as a socket reports it, without the IPv4-in-IPv6 notation of a dual-stack listener. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
}

/**
 * Whom other machines can reach listens with a key that its user made.
 * @param host numeric
 * @throws {XrbenchError} `XRB_LISTEN` (exit 2)
 */
export function refuseUnkeyed(host: string, hasKey: boolean, label: string, hint: string): void {
  if (hasKey || isLoopback(host)) return
  throw usageError(
    'XRB_LISTEN',
    `${label}: other machines can reach ${host}, so a key of yours is needed.`,
    hint,
  )
}
