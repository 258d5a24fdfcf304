import { isIP } from 'node:net'
import { usageError } from '../errors.js'
import type { OptionNames } from '../run/names.js'
import type { PeerTarget } from '../run/peer.js'
import { DEFAULT_PORT } from '../session/wire/protocol.js'
import type { RunFlags } from './commands/run.js'

/**
 * The peer asked for; `null`: an agent of our own on this machine.
 * @throws {XrbenchError} exit 2
 */
export function readTarget(flags: RunFlags, names: OptionNames): PeerTarget | null {
  const { peer, keyFile } = flags
  if (peer === undefined && keyFile === undefined) return null
  if (keyFile === undefined || peer === undefined) {
    const [given, missing] = peer === undefined ? ['keyFile', '--peer'] : ['peer', '--key-file']
    throw usageError(
      'XRB_USAGE',
      `${names.label(given)} needs ${missing}.`,
      '--peer HOST --key-file FILE, with the key of the agent there',
    )
  }
  return { ...parseHostPort(peer, names.label('peer')), key: { file: keyFile } }
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
