import { parseNetem } from '../lab/wire.js'
import type { RunTarget } from '../run/peer.js'
import type { Whereabouts } from '../run/whereabouts.js'
import { parseKey } from '../session/wire/key.js'
import { DEFAULT_PORT } from '../session/wire/protocol.js'
import { badRequest } from './bad-request.js'
import type { LabRequest, PeerRequest, WhereRequest } from './request.js'

/** Where a request is to be measured. @throws {XrbenchError} exit 2 for what does not go together */
export function whereaboutsOf(
  { peer, lab, labOptions, softRoce }: WhereRequest,
  family: 4 | 6 | undefined,
): Whereabouts {
  if (peer !== undefined && lab !== undefined && lab !== 'never') {
    throw badRequest('peer and lab exclude one another.')
  }
  const place = lab ?? (peer === undefined ? 'auto' : 'never')
  // Without it a shaped wire might, or might not, be what is measured.
  if (labOptions?.netem != null && place !== 'only') {
    throw badRequest("labOptions.netem needs lab: 'only'.")
  }
  if (labOptions !== undefined && place === 'never') throw badRequest('labOptions needs a lab.')
  return {
    peer: peer === undefined ? null : targetOf(peer),
    family: family ?? 0,
    lab: place,
    labOptions: labOptionsOf(labOptions ?? {}),
    softRoce: softRoce ?? true,
  }
}

function targetOf({ host, port = DEFAULT_PORT, keyFile, key, maxWaitNs }: PeerRequest): RunTarget {
  const maxWaitMs = maxWaitNs === undefined ? undefined : maxWaitNs / 1e6
  if (keyFile !== undefined) return { host, port, key: { file: keyFile }, maxWaitMs }
  return { host, port, key: { bytes: parseKey(key ?? '', 'peer.key') }, maxWaitMs }
}

function labOptionsOf(options: LabRequest): Whereabouts['labOptions'] {
  const { guests = 2, netem, kernel, memoryMiB, bootTimeoutNs } = options
  return {
    guests,
    netem: netem == null ? [] : parseNetem(netem, 'labOptions.netem'),
    kernel: kernel ?? undefined,
    memoryMiB,
    bootLimitMs: bootTimeoutNs === undefined ? undefined : bootTimeoutNs / 1e6,
  }
}
