import { isIP } from 'node:net'

/** How many there may be at a time. */
export interface OriginLimits {
  /** Of all origins together. */
  all: number
  /** Of one origin: {@link originOf}. */
  perOrigin: number
}

/** Every machine of every link is in that one network (RFC 4291, 2.5.6). */
const LINK_LOCAL = /^fe[89ab][0-9a-f]:/

/**
 * What counts as one: an address of IPv4; of IPv6 its network of 64 bits, all of which one machine may have (RFC 4291, 2.5.4), or, where that is the
 * link-local one, the address and its link.
 */
export function originOf(address: string): string {
  const plain = address.replace(/%.*$/, '').toLowerCase()
  if (isIP(plain) !== 6) return plain
  if (LINK_LOCAL.test(plain)) return plain + address.slice(plain.length)
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1]
  if (v4 !== undefined) return v4
  const [head = '', tail] = plain.split('::')
  const groups = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - after.length) }, () => '0')
  return `${[...groups, ...zeros, ...after].slice(0, 4).join(':')}::/64`
}
