import { type Pong, pingAgent } from '../session/client/ping.js'
import { loadKey } from '../session/wire/key.js'
import { type PeerTarget, resolveHost } from './peer.js'

/**
 * Looks whether the agent of a peer is there.
 * @throws {XrbenchError} exit 2, 3 or 4, as a run with that peer; the reason of `signal`
 */
export async function pingPeer(
  { host, port, key }: PeerTarget,
  family: 4 | 6 | 0,
  signal?: AbortSignal,
): Promise<Pong & { address: string }> {
  const bytes = 'file' in key ? await loadKey(key.file) : key.bytes
  const { address } = await resolveHost(host, family)
  return { address, ...(await pingAgent({ host: address, port, key: bytes, signal })) }
}
