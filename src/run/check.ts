import { usageError } from '../errors.js'
import type { AskedRun } from './asked.js'
import type { Errand } from './errand.js'
import type { OptionNames } from './names.js'
import { type RunTarget, resolveHost } from './peer.js'
import { checkMachine } from './preflight.js'
import type { Whereabouts } from './whereabouts.js'

const MAX_LABEL_CHARACTERS = 256

/** An errand of which nothing is known that speaks against it. */
export interface CheckedErrand {
  readonly errand: Errand
  readonly where: Whereabouts
  readonly family: 4 | 6
  /** `null`: both ends are on this machine, or in the lab. */
  readonly target: (RunTarget & { readonly address: string; readonly family: 4 | 6 }) | null
}

/**
 * Refuses whatever can be refused before anything starts.
 * @throws {XrbenchError} exit 2, 3 or 4
 */
export async function checkErrand(
  errand: Errand,
  where: Whereabouts,
  label: string | undefined,
  names: Pick<OptionNames, 'label'>,
): Promise<CheckedErrand> {
  const { peer } = where
  if (peer !== null) refuseNullCrypto(errand.requests, names)
  refuseLongLabel(label, names)
  const found = peer && { ...peer, ...(await resolveHost(peer.host, where.family)) }
  const family = found?.family ?? errand.requests[0].plan.family
  errand.check(family)
  if (where.lab !== 'only') {
    for (const { plan } of errand.requests) checkMachine(plan, found === null)
  }
  return { errand, where, family, target: found }
}

/** What is not encrypted stays on this machine and in the lab. */
function refuseNullCrypto(
  requests: readonly AskedRun[],
  { label }: Pick<OptionNames, 'label'>,
): void {
  if (!requests.some(({ plan }) => plan.quic.nullCrypto.includes(true))) return
  const [option, peer] = [label('quicNullCrypto'), label('peer')]
  throw usageError(
    'XRB_USAGE',
    `${option} is for this machine and the lab, and not for a ${peer}: its packets are not encrypted.`,
    `leave out ${option}, or ${peer}`,
  )
}

function refuseLongLabel(text: string | undefined, { label }: Pick<OptionNames, 'label'>): void {
  if (text === undefined || text.length <= MAX_LABEL_CHARACTERS) return
  throw usageError(
    'XRB_USAGE',
    `${label('label')} has more than ${MAX_LABEL_CHARACTERS} characters.`,
    'shorten it',
  )
}
