import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { peerError, usageError } from '../errors.js'
import { plainAddress } from '../session/wire/addresses.js'
import { DEFAULT_PORT } from '../session/wire/protocol.js'
import type { RunFlags } from './commands/run.js'
import type { FlagOrigin } from './run-request.js'

/** The agent a run is to use. */
export interface PeerTarget {
  host: string
  port: number
  keyFile: string
}

/**
 * The peer asked for; `null`: an agent of our own on this machine.
 * @throws {XrbenchError} exit 2
 */
export function readTarget(flags: RunFlags, origin: FlagOrigin): PeerTarget | null {
  const { peer, keyFile } = flags
  if (peer === undefined && keyFile === undefined) return null
  if (keyFile === undefined || peer === undefined) {
    const [given, missing] = peer === undefined ? ['keyFile', '--peer'] : ['peer', '--key-file']
    throw usageError(
      'XRB_USAGE',
      `${origin.label(given)} needs ${missing}.`,
      '--peer HOST --key-file FILE, with the key of the agent there',
    )
  }
  return { ...parseHostPort(peer, origin.label('peer')), keyFile }
}

/** `host`, `host:port`, `1.2.3.4:port`, `::1` or `[::1]:port`. */
export function parseHostPort(
  text: string,
  label: string,
  defaultPort = DEFAULT_PORT,
): { host: string; port: number } {
  const match =
    isIP(text) === 6 ? ['', text] : /^(?:\[([^\]]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/.exec(text)
  const host = match?.[1] ?? match?.[2] ?? ''
  const port = Number(match?.[3] ?? defaultPort)
  if (host !== '' && port >= 1 && port <= 65_535) return { host, port }
  throw usageError(
    'XRB_BAD_PEER',
    `${label}: '${text}' is not an address of an agent.`,
    'HOST, HOST:PORT or [IPV6]:PORT',
  )
}

/**
 * A numeric address of the host, of the family asked for, else of the first it has.
 * @throws {XrbenchError} `XRB_PEER_UNREACHABLE` (exit 4)
 */
export async function resolveHost(
  host: string,
  family: 4 | 6 | 0,
): Promise<{ address: string; family: 4 | 6 }> {
  try {
    const found = await lookup(host, { family })
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
