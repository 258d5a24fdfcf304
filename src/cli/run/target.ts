import { usageError } from '../../errors.js'
import type { OptionNames } from '../../run/names.js'
import { MAX_WAIT_NS, type RunTarget } from '../../run/peer.js'
import { parseHostPort } from '../flags/host-port.js'
import { parseValue } from '../flags/value.js'
import type { RunFlags } from './flags.js'

/**
 * The peer asked for; `null`: an agent of our own on this machine.
 * @throws {XrbenchError} exit 2
 */
export function readTarget(flags: RunFlags, names: OptionNames): RunTarget | null {
  const { peer, keyFile, maxWait } = flags
  if (peer === undefined && keyFile === undefined) {
    if (maxWait === undefined) return null
    throw usageError(
      'XRB_USAGE',
      `${names.label('maxWait')} needs --peer: an agent of its own makes nobody wait.`,
      'leave it out',
    )
  }
  if (keyFile === undefined || peer === undefined) {
    const [given, missing] = peer === undefined ? ['keyFile', '--peer'] : ['peer', '--key-file']
    throw usageError(
      'XRB_USAGE',
      `${names.label(given)} needs ${missing}.`,
      '--peer HOST --key-file FILE, with the key of the agent there',
    )
  }
  const maxWaitMs = maxWait === undefined ? undefined : readMaxWait(maxWait, names.label('maxWait'))
  return { ...parseHostPort(peer, names.label('peer')), key: { file: keyFile }, maxWaitMs }
}

function readMaxWait(text: string, label: string): number {
  return (parseValue({ is: 'time', ...MAX_WAIT_NS }, text, label) as number) / 1e6
}
