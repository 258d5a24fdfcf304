import { usageError } from '../../errors.js'
import type { OptionNames } from '../../run/names.js'
import type { PeerTarget } from '../../run/peer.js'
import { parseHostPort } from '../flags/host-port.js'
import type { RunFlags } from './flags.js'

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
