import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { peerError, usageError } from '../errors.js'
import { plainAddress } from '../session/wire/addresses.js'
import type { SessionKey } from '../session/wire/key.js'

/** The agent a run is to use. */
export interface PeerTarget {
  readonly host: string
  readonly port: number
  /** A file that holds the key, or the key itself. */
  readonly key: { readonly file: string } | { readonly bytes: SessionKey }
}

/** … and how long it waits for its turn there. */
export interface RunTarget extends PeerTarget {
  /** Milliseconds; absent: four hours. */
  readonly maxWaitMs?: number | undefined
}

/** What that may be: a second to a week. */
export const MAX_WAIT_NS = { min: 1e9, max: 168 * 3600e9 } as const

/**
 * A numeric address of the host, of the family asked for, else of the first it has.
 * @throws {XrbenchError} `XRB_PEER_UNREACHABLE` (exit 4); `XRB_USAGE` (exit 2) for an address of the other family
 */
export async function resolveHost(
  host: string,
  family: 4 | 6 | 0,
): Promise<{ address: string; family: 4 | 6 }> {
  const plain = plainAddress(host)
  if (family !== 0 && isIP(plain) !== 0 && isIP(plain) !== family) {
    throw usageError(
      'XRB_USAGE',
      `${host} is an address of IPv${isIP(plain)}, and IPv${family} was asked for.`,
      `leave -${family} out, or give another address`,
    )
  }
  try {
    // An interface without a name is none: who connects says which there are.
    const found = await lookup(host.replace(/%$/, ''), { family })
    // An IPv4 address is one, whichever way it is written.
    const address = plainAddress(found.address)
    return { address, family: isIP(address) === 4 ? 4 : 6 }
  } catch (cause) {
    const of = family === 0 ? '' : `IPv${family} `
    throw peerError('XRB_PEER_UNREACHABLE', `The name ${host} has no ${of}address.`, {
      hint: 'give the address itself: --peer 192.0.2.1',
      cause,
    })
  }
}
