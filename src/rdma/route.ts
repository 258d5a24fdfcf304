import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { isLinkLocal, scopeOf, withoutScope } from './gid-address.js'

/** Any port does: nothing is sent. */
const DISCARD_PORT = 9

/**
 * The address that this machine would use towards `peer` (numeric), one that is link-local with its scope: the kernel's own choice, connect(2)
 * of a datagram socket; `null`: no route.
 */
export async function routeSource(peer: string): Promise<string | null> {
  const version = isIP(withoutScope(peer))
  if (version === 0) return null
  const socket = createSocket(version === 6 ? 'udp6' : 'udp4')
  try {
    return await new Promise<string | null>((resolve) => {
      socket.once('error', () => resolve(null))
      socket.once('connect', () => resolve(socket.address().address))
      socket.connect(DISCARD_PORT, peer)
    })
  } catch {
    return null
  } finally {
    socket.close()
  }
}

/** A network device and an address of it that other machines can use. */
export interface NetdevAddress {
  netdev: string
  address: string
}

/** Addresses of this machine that are neither loopback nor link-local; those of `family` alone, IPv4 first with 0. */
export function ownAddresses(family: 4 | 6 | 0): NetdevAddress[] {
  const found = Object.entries(networkInterfaces()).flatMap(([netdev, list]) =>
    (list ?? [])
      .filter(({ internal, address }) => !internal && !isLinkLocal(address))
      .map(({ address, family: its }) => ({ netdev, address, isIpv6: its === 'IPv6' })),
  )
  return found
    .filter(({ isIpv6 }) => family === 0 || isIpv6 === (family === 6))
    .sort((a, b) => Number(a.isIpv6) - Number(b.isIpv6))
    .map(({ netdev, address }) => ({ netdev, address }))
}

/** The network device that has `address`. */
export function netdevOf(address: string): string | null {
  const [plain, scope] = [withoutScope(address), scopeOf(address)]
  for (const [netdev, list] of Object.entries(networkInterfaces())) {
    if (scope !== null && netdev !== scope) continue
    if (list?.some((one) => one.address === plain)) return netdev
  }
  return null
}

/** The network device of the IPv4 default route, /proc/net/route (proc_pid_net(5)). */
export function defaultRouteNetdev(): string | null {
  let table: string
  try {
    table = readFileSync('/proc/net/route', 'utf8')
  } catch {
    return null
  }
  for (const line of table.split('\n').slice(1)) {
    const [netdev, destination, , , , , , mask] = line.split('\t')
    if (netdev !== undefined && destination === '00000000' && mask === '00000000') return netdev
  }
  return null
}
