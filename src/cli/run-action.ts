import { usageError } from '../errors.js'
import { buildPlan } from '../plan/build.js'
import { defaultOutputPath } from '../results/output-path.js'
import { checkWritable } from '../results/store.js'
import type { RunFlags } from './commands/run.js'
import { dryRunDocument, dryRunText } from './dry-run.js'
import { note, print } from './output.js'
import type { Where } from './place.js'
import { readPlaceFlags } from './place-flags.js'
import { checkMachine } from './preflight.js'
import { choosePlaces } from './run-places.js'
import { planFor } from './run-plan.js'
import { type FlagOrigin, readRunFlags } from './run-request.js'
import { readTarget, resolveHost } from './target.js'
import { chooseTransports } from './transports.js'
import { refuseUnusedFlags } from './unused-flags.js'

/** `xrbench run`: whatever can be refused is refused here, before anything starts. */
export async function runAction(flags: RunFlags, origin: FlagOrigin): Promise<void> {
  const asked = readRunFlags(flags, origin)
  const placeFlags = readPlaceFlags(flags, origin)
  const peer = readTarget(flags, origin)
  const label = readLabel(flags.label)
  const target = peer && { ...peer, ...(await resolveHost(peer.host, familyAsked(flags))) }
  const family = target?.family ?? asked.plan.family
  const { wanted } = chooseTransports(asked.transports)
  const whole = buildPlan({ ...asked.plan, family, place: 'host', transports: wanted })
  refuseUnusedFlags(whole.cases, origin)
  if (placeFlags.lab !== 'only') checkMachine(asked.plan, target === null)

  const isJson = flags.json === true
  const isDry = flags.dryRun === true
  const isSilent = flags.quiet === true || (isJson && flags.verbose !== true)
  const output = isJson && flags.output === undefined ? null : defaultOutputPath(flags.output)
  if (output !== null && !isDry) await checkWritable(output)

  const places = await choosePlaces({
    asked: asked.transports,
    // What would be made for a run is not made to tell of one.
    flags: { ...placeFlags, softRoce: placeFlags.softRoce && !isDry },
    peerAddress: target?.address ?? null,
    family: target?.family ?? familyAsked(flags),
    rdma: asked.plan.rdma,
    say: isSilent || isDry ? () => {} : note,
  })
  try {
    const plan = planFor(asked, family, places)
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

function familyAsked({ ipv4, ipv6 }: RunFlags): 4 | 6 | 0 {
  if (ipv6) return 6
  return ipv4 ? 4 : 0
}

function readLabel(label: string | undefined): string | undefined {
  if (label === undefined || label.length <= 256) return label
  throw usageError('XRB_USAGE', '--label has more than 256 characters.', 'shorten it')
}
