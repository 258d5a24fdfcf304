import { isIPv6 } from 'node:net'
import type { RdmaPort } from '../addon/addon.js'
import { addressOfGid, scopeOf, withoutScope } from './gid-address.js'
import { netdevOf, ownAddresses } from './route.js'

type Gid = RdmaPort['gids'][number]

/** What a device has to fit. */
export interface PortWish {
  device: string | null
  port: number | null
  gidIndex: number | null
  family: 4 | 6 | 0
  /** The address of this end on the route to a peer; `null`: both ends are here, any address does. */
  source: string | null
}

export interface PortFound {
  device: string
  port: number
  gidIndex: number | null
  /** Numeric; `null` where the port has none (InfiniBand). */
  address: string | null
  netdev: string | null
}

/** The first of `ports` that fits the wish, with the GID to use. */
export function findPort(ports: readonly RdmaPort[], wish: PortWish): PortFound | null {
  for (const port of ports) {
    if (port.state !== 'active' || !isNamed(port, wish)) continue
    const gid = chooseGid(port, wish)
    if (gid !== undefined) {
      const address = wish.source ?? addressOfGid(gid.gid)
      return { ...where(port), gidIndex: gid.index, address, netdev: gid.netdev || null }
    }
    if (wish.gidIndex !== null) continue
    if (isIwarp(port) && (isFree(wish) || netdevOf(wish.source ?? '') === port.netdev)) {
      const { netdev } = port
      const own = ownAddresses(wish.family).find((one) => one.netdev === netdev)?.address ?? null
      return { ...where(port), gidIndex: null, address: wish.source ?? own, netdev: netdev || null }
    }
    if (port.linkLayer !== 'Ethernet' && isFree(wish))
      return { ...where(port), gidIndex: null, address: wish.source, netdev: null }
  }
  return null
}

/** InfiniBand is addressed by its LID: that the peer can be reached over it no GID tells, so with a peer it has to be named. */
function isFree({ source, device }: PortWish): boolean {
  return source === null || device !== null
}

/** Whether `port` is not excluded by a name or a number the user gave. */
export function isNamed(port: RdmaPort, wish: Pick<PortWish, 'device' | 'port'>): boolean {
  return (
    (wish.device === null || wish.device === port.device) &&
    (wish.port === null || wish.port === port.port)
  )
}

/** Its GIDs are of no kind of RoCE: they hold a hardware address, and rdma_cm finds it by that of its network device. */
function isIwarp({ linkLayer, gids }: RdmaPort): boolean {
  return linkLayer === 'Ethernet' && gids.length > 0 && !gids.some(({ type }) => /^RoCE/.test(type))
}

function where({ device, port }: RdmaPort) {
  return { device, port }
}

function chooseGid(port: RdmaPort, wish: PortWish): Gid | undefined {
  if (wish.gidIndex !== null) return port.gids.find(({ index }) => index === wish.gidIndex)
  const { source } = wish
  if (source !== null) return port.gids.find((gid) => isOf(gid, source))
  const usable = port.gids.filter(({ gid, type }) => type === 'RoCEv2' && addressOfGid(gid))
  const of = (version: 4 | 6) =>
    usable.find(({ gid }) => isIPv6(addressOfGid(gid) ?? '') === (version === 6))
  return wish.family === 0 ? (of(4) ?? of(6)) : of(wish.family)
}

/** A link-local address is one of a network device, and may be on several. */
function isOf({ gid, type, netdev }: Gid, address: string): boolean {
  const [plain, scope] = [withoutScope(address), scopeOf(address)]
  if (type !== 'RoCEv2' || (addressOfGid(gid) ?? gid) !== plain) return false
  return scope === null || scope === netdev
}

/** Why none of `ports` fits, in words for the brackets behind `no NIC`. */
export function whyNone(ports: readonly RdmaPort[], wish: PortWish): string {
  const named = ports.filter((port) => isNamed(port, wish))
  if (named.length === 0) return ''
  const down = named.filter(({ state }) => state !== 'active')
  if (down.length === named.length) {
    return down
      .map(({ device, port, stateWithReason }) => `${device} port ${port} is ${stateWithReason}`)
      .join(', ')
  }
  const names = [...new Set(named.map(({ device }) => device))].join(', ')
  if (wish.gidIndex !== null) return `${names} has no GID with index ${wish.gidIndex}`
  if (wish.source !== null)
    return `${names} has no RoCE v2 GID for ${wish.source}, the address towards the peer`
  return `${names} has no RoCE v2 GID for an ${wish.family === 0 ? 'IP' : `IPv${wish.family}`} address`
}
