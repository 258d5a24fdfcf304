import { isIP } from 'node:net'

/**
 * The address that a GID of RoCE v2 stands for, as a socket writes it: `::ffff:192.0.2.1` → `192.0.2.1` (InfiniBand Architecture 1.x,
 * annex 17); `null` for one that is link-local or no address.
 */
export function addressOfGid(gid: string): string | null {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(gid)?.[1]
  if (mapped !== undefined) return mapped
  return isIP(gid) === 6 && !isLinkLocal(gid) && gid !== '::' ? gid : null
}

/** fe80::/10 (RFC 4291, 2.5.6). */
export function isLinkLocal(address: string): boolean {
  return /^fe[89ab][0-9a-f]:/i.test(address)
}

/** Whether a numeric address never leaves this machine. */
export function isLoopbackAddress(address: string): boolean {
  return address.startsWith('127.') || address === '::1'
}

/** Of an address with a scope, the address. */
export function withoutScope(address: string): string {
  return address.split('%', 1)[0] ?? address
}

/** Of an address with a scope, the network device that it names; `null` without one. */
export function scopeOf(address: string): string | null {
  return address.split('%', 2)[1] ?? null
}
