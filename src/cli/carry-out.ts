import { usageError } from '../errors.js'
import type { Plan, TransportName } from '../plan/case.js'
import { plain } from '../report/words/plain.js'
import type { ResultDocument } from '../results/schema/schema.js'
import { startOfResultAt } from '../results/store/older-result.js'
import { defaultOutputPath } from '../results/store/output-path.js'
import { checkWritable } from '../results/store/store.js'
import type { RunFlags } from './commands/run.js'
import { dryRunDocument, dryRunText } from './dry-run.js'
import { note, print } from './output.js'
import { refuseInputs } from './output-files.js'
import type { Where } from './place.js'
import { readPlaceFlags } from './place-flags.js'
import { checkMachine } from './preflight.js'
import { choosePlaces, type RunPlaces } from './run-places.js'
import type { FlagOrigin, RunRequest } from './run-request.js'
import { readTarget, resolveHost } from './target.js'

/** Something to be measured, of which it is still open where. */
export interface Errand {
  /** Where to measure, and what becomes of the result. */
  flags: RunFlags
  origin: FlagOrigin
  /** What the command line asks for; several: one for each configuration. */
  requests: readonly [RunRequest, ...RunRequest[]]
  transports: readonly TransportName[] | 'all'
  /** Refuses what can never be measured. @throws {XrbenchError} exit 2 */
  check(family: 4 | 6): void
  plan(family: 4 | 6, places: RunPlaces): Plan
  variants?: ResultDocument['variants']
  /** What is printed of the result; a table unless told. */
  render?: ((document: ResultDocument, file: string | null) => string) | undefined
}

/** Finds the places of an errand and measures it. Whatever can be refused is refused before anything starts. */
export async function carryOut(errand: Errand): Promise<void> {
  const { flags, origin, requests, variants, render } = errand
  const placeFlags = readPlaceFlags(flags, origin)
  const peer = readTarget(flags, origin)
  refuseNullCrypto(requests, peer !== null)
  const label = readLabel(flags.label)
  const target = peer && { ...peer, ...(await resolveHost(peer.host, familyAsked(flags))) }
  const [first] = requests
  const family = target?.family ?? first.plan.family
  errand.check(family)
  if (placeFlags.lab !== 'only')
    for (const { plan } of requests) checkMachine(plan, target === null)

  const isJson = flags.json === true
  const isDry = flags.dryRun === true
  const isSilent = flags.quiet === true || (isJson && flags.verbose !== true)
  const output = isJson && flags.output === undefined ? null : defaultOutputPath(flags.output)
  const keys = [flags.keyFile, flags.labKernel].filter((path) => path !== undefined)
  if (!isDry) await refuseInputs(keys, output === null ? [] : [output])
  if (output !== null && !isDry) await checkWritable(output)
  if (output !== null && !isDry && !isSilent) await tellOfOlder(output)

  const places = await choosePlaces({
    asked: errand.transports,
    // What would be made for a run is not made to tell of one.
    flags: { ...placeFlags, softRoce: placeFlags.softRoce && !isDry },
    peerAddress: target?.address ?? null,
    family: target?.family ?? familyAsked(flags),
    rdma: first.plan.rdma,
    say: isSilent || isDry ? () => {} : note,
  })
  try {
    const plan = errand.plan(family, places)
    if (isDry) {
      const text = isJson
        ? `${JSON.stringify(dryRunDocument(plan, output), null, 2)}\n`
        : dryRunText(plan, output)
      return await print(text)
    }
    const address = places.device?.address ?? null
    const here: Where = { kind: 'here', family: address?.includes(':') ? 6 : family, address }
    const { measure } = await import('./measure.js')
    process.exitCode = await measure({
      command: ['xrbench', ...process.argv.slice(2)],
      plan,
      places: {
        host: target === null ? here : { kind: 'peer', target },
        lab: { kind: 'lab', family, options: placeFlags.labOptions },
      },
      device: places.device,
      output,
      label,
      variants,
      render,
      isJson,
      isSilent,
      isQuiet: flags.quiet === true,
      isStrict: flags.strict === true,
      isRedacted: flags.redact === true,
      isVerbose: flags.verbose === true,
    })
  } finally {
    await places.device?.release()
  }
}

/** A measurement may be the only one of its kind: that it goes is said while it can still be kept. */
async function tellOfOlder(output: string): Promise<void> {
  const startedAt = await startOfResultAt(output)
  if (startedAt === null) return
  const when = `${startedAt.slice(0, 16).replace('T', ' ')} UTC`
  note(`note: ${plain(output)} has the result of ${when}, which the first repetition replaces`)
}

function familyAsked({ ipv4, ipv6 }: RunFlags): 4 | 6 | 0 {
  if (ipv6) return 6
  return ipv4 ? 4 : 0
}

/** What is not encrypted stays on this machine and in the lab. */
function refuseNullCrypto(requests: readonly RunRequest[], hasPeer: boolean): void {
  const isOpen = requests.some(({ plan }) => plan.quic.nullCrypto.includes(true))
  if (!hasPeer || !isOpen) return
  throw usageError(
    'XRB_USAGE',
    '--quic-null-crypto is for this machine and the lab, and not for a --peer: its packets are not encrypted.',
    'leave out --quic-null-crypto, or --peer',
  )
}

function readLabel(label: string | undefined): string | undefined {
  if (label === undefined || label.length <= 256) return label
  throw usageError('XRB_USAGE', '--label has more than 256 characters.', 'shorten it')
}
