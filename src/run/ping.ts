import { isWithinMachine, TRANSPORT_NAMES, type TransportName } from '../plan/transports.js'
import { type Pong, pingAgent } from '../session/client/ping.js'
import { isRemote } from '../session/wire/addresses.js'
import { loadKey } from '../session/wire/key.js'
import { type PeerTarget, resolveHost } from './peer.js'

/** An agent that is there, and where. */
interface PingedPeer extends Pong {
  address: string
  /** Its transports that reach it from here, and how many more it has that this version does not know. */
  known: TransportName[]
  unknown: number
}

/**
 * Looks whether the agent of a peer is there.
 * @throws {XrbenchError} exit 2, 3 or 4, as a run with that peer; the reason of `signal`
 */
export async function pingPeer(
  { host, port, key }: PeerTarget,
  family: 4 | 6 | 0,
  signal?: AbortSignal,
): Promise<PingedPeer> {
  const bytes = 'file' in key ? await loadKey(key.file) : key.bytes
  const { address } = await resolveHost(host, family)
  const pong = await pingAgent({ host: address, port, key: bytes, signal })
  const told = new Set(pong.facts.transports)
  const known = TRANSPORT_NAMES.filter((name) => told.has(name))
  const isElsewhere = isRemote(pong.localAddress, address)
  const reaching = known.filter((name) => !(isElsewhere && isWithinMachine(name)))
  return { address, known: reaching, unknown: told.size - known.length, ...pong }
}
