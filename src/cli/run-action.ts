import { usageError } from '../errors.js'
import { buildPlan } from '../plan/build.js'
import { defaultOutputPath } from '../results/output-path.js'
import { checkWritable } from '../results/store.js'
import { parseDuration } from '../units.js'
import type { RunFlags } from './commands/run.js'
import { dryRunDocument, dryRunText } from './dry-run.js'
import { checkLabFlags } from './lab-flags.js'
import { print } from './output.js'
import { checkMachine } from './preflight.js'
import { type FlagOrigin, readRunFlags } from './run-request.js'
import { readTarget, resolveHost } from './target.js'
import { chooseTransports } from './transports.js'
import { refuseUnusedFlags } from './unused-flags.js'

/** `xrbench run`: whatever can be refused is refused here, before anything starts. */
export async function runAction(flags: RunFlags, origin: FlagOrigin): Promise<void> {
  const asked = readRunFlags(flags, origin)
  checkLabFlags(flags, origin)
  const isLab = flags.lab !== undefined
  const peer = readTarget(flags, origin)
  const label = readLabel(flags.label)
  const target = peer && { ...peer, ...(await resolveHost(peer.host, familyAsked(flags))) }
  const family = target?.family ?? asked.plan.family
  const transports = chooseTransports(asked.transports, isLab)
  const plan = buildPlan({ ...asked.plan, family, transports })
  refuseUnusedFlags(plan.cases, origin)
  if (!isLab) checkMachine(asked.plan, target === null)

  const isJson = flags.json === true
  const output = isJson && flags.output === undefined ? null : defaultOutputPath(flags.output)
  if (flags.dryRun) {
    const text = isJson
      ? `${JSON.stringify(dryRunDocument(plan, output), null, 2)}\n`
      : dryRunText(plan, output)
    return print(text)
  }
  if (output !== null) await checkWritable(output)
  if (isLab) {
    const { measureInLab } = await import('./run-in-lab.js')
    process.exitCode = await measureInLab(flags, origin, family, asked.plan.rdma, output)
    return
  }
  const { measure } = await import('./measure.js')
  process.exitCode = await measure({
    command: readCommand(flags.asCommand),
    plan,
    target,
    family,
    patienceMs:
      flags.peerPatience === undefined
        ? 0
        : parseDuration(flags.peerPatience, '--peer-patience') / 1e6,
    output,
    label,
    isJson,
    isQuiet: flags.quiet === true,
    isStrict: flags.strict === true,
    isRedacted: flags.redact === true,
    isVerbose: flags.verbose === true,
  })
}

/** What the user wrote: this command line, or, in a guest of the lab, that of the run outside. */
function readCommand(told: string | undefined): string[] {
  return told === undefined ? ['xrbench', ...process.argv.slice(2)] : JSON.parse(told)
}

function familyAsked({ ipv4, ipv6 }: RunFlags): 4 | 6 | 0 {
  if (ipv6) return 6
  return ipv4 ? 4 : 0
}

function readLabel(label: string | undefined): string | undefined {
  if (label === undefined || label.length <= 256) return label
  throw usageError('XRB_USAGE', '--label has more than 256 characters.', 'shorten it')
}
