import { peerError } from '../errors.js'
import { type Case, TRANSPORT_NAMES } from '../plan/case.js'
import type { Session } from '../session/client/client.js'
import { featuresFor, lacksFor } from '../session/wire/protocol.js'

/**
 * Whether the agent can do all that is planned, as far as it has told.
 * @throws {XrbenchError} `XRB_PEER_TRANSPORT`, `XRB_PEER_WORKLOAD`, `XRB_PEER_UNSUPPORTED` (exit 4)
 */
export function checkPeer(cases: readonly Case[], { facts }: Pick<Session, 'facts'>): void {
  const missing = cases.find(({ transport }) => !facts.transports.includes(transport))
  if (missing !== undefined) {
    // Of what the agent names, only what we know gets into a line to be pasted.
    const known = TRANSPORT_NAMES.filter((name) => facts.transports.includes(name))
    throw peerError('XRB_PEER_TRANSPORT', `The agent cannot do ${missing.transport}.`, {
      hint: `--transport ${known.join(',')}`,
    })
  }
  const lacking = cases.flatMap(lacksFor).find(([lack]) => facts.features.includes(lack))
  if (lacking !== undefined) {
    throw peerError('XRB_PEER_UNSUPPORTED', `The agent cannot do ${lacking[1]}.`, {
      hint: 'sudo modprobe tls, at the agent; or --ktls auto, which does without where it has to',
    })
  }
  const unknown = cases.flatMap(featuresFor).find(([feature]) => !facts.features.includes(feature))
  if (unknown === undefined) return
  throw peerError(
    'XRB_PEER_WORKLOAD',
    `The agent, of xrbench ${facts.tool.version}, cannot do ${unknown[1]}.`,
    { hint: 'install the same version of xrbench at both ends' },
  )
}
