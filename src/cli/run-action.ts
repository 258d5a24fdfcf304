import { usageError } from '../errors.js'
import { buildPlan } from '../plan/build.js'
import { defaultOutputPath } from '../results/output-path.js'
import { checkWritable } from '../results/store.js'
import type { RunFlags } from './commands/run.js'
import { dryRunDocument, dryRunText } from './dry-run.js'
import { readLabFlags } from './lab-flags.js'
import { print } from './output.js'
import type { Where } from './place.js'
import { checkMachine } from './preflight.js'
import { type FlagOrigin, readRunFlags } from './run-request.js'
import { readTarget, resolveHost } from './target.js'
import { chooseTransports } from './transports.js'
import { refuseUnusedFlags } from './unused-flags.js'

/** `xrbench run`: whatever can be refused is refused here, before anything starts. */
export async function runAction(flags: RunFlags, origin: FlagOrigin): Promise<void> {
  const asked = readRunFlags(flags, origin)
  const lab = readLabFlags(flags, origin)
  const peer = readTarget(flags, origin)
  const label = readLabel(flags.label)
  const target = peer && { ...peer, ...(await resolveHost(peer.host, familyAsked(flags))) }
  const family = target?.family ?? asked.plan.family
  const transports = chooseTransports(asked.transports, lab !== null)
  const plan = buildPlan({ ...asked.plan, family, transports })
  refuseUnusedFlags(plan.cases, origin)
  if (lab === null) checkMachine(asked.plan, target === null)

  const isJson = flags.json === true
  const output = isJson && flags.output === undefined ? null : defaultOutputPath(flags.output)
  if (flags.dryRun) {
    const text = isJson
      ? `${JSON.stringify(dryRunDocument(plan, output), null, 2)}\n`
      : dryRunText(plan, output)
    return print(text)
  }
  if (output !== null) await checkWritable(output)
  const { measure } = await import('./measure.js')
  process.exitCode = await measure({
    command: ['xrbench', ...process.argv.slice(2)],
    plan,
    where: whereOf(lab, target, family),
    output,
    label,
    isJson,
    isQuiet: flags.quiet === true,
    isStrict: flags.strict === true,
    isRedacted: flags.redact === true,
    isVerbose: flags.verbose === true,
  })
}

function whereOf(
  lab: Extract<Where, { kind: 'lab' }>['options'] | null,
  target: Extract<Where, { kind: 'peer' }>['target'] | null,
  family: 4 | 6,
): Where {
  if (lab !== null) return { kind: 'lab', family, options: lab }
  return target === null ? { kind: 'here', family } : { kind: 'peer', target }
}

function familyAsked({ ipv4, ipv6 }: RunFlags): 4 | 6 | 0 {
  if (ipv6) return 6
  return ipv4 ? 4 : 0
}

function readLabel(label: string | undefined): string | undefined {
  if (label === undefined || label.length <= 256) return label
  throw usageError('XRB_USAGE', '--label has more than 256 characters.', 'shorten it')
}
