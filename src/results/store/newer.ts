import { isObject } from '../../is-object.js'
import { WORKLOAD_NAMES } from '../../options/workloads.js'
import { TRANSPORT_NAMES } from '../../plan/transports.js'
import { FLAGS } from '../schema/flag-names.js'

/** What a result holds that only a newer version has words for. Within a format, names are added. */
interface Newer {
  /** That wrote it. */
  readonly version: string
  readonly transports: ReadonlySet<string>
  readonly workloads: ReadonlySet<string>
  readonly flags: ReadonlySet<string>
  /** Left out, because of their transport or workload. */
  readonly cases: number
}

/** A name as this project gives them; anything else is no name of a newer version but a fault of the file. */
const NAME = /^[a-z][a-z0-9]*([-:][a-z0-9]+)*$/
const MAX_NAME_CHARS = 32
/** One that has more is no result of a later day but made to be read for long. */
const MAX_NAMES = 64

/**
 * Leaves out of `json` the cases of a transport or workload that this version does not know, and all flags of that kind; what is neither
 * known nor a name stays, for the schema to refuse. Changes `json`, which has been parsed and not yet validated.
 * @returns what was left out; `null`: nothing
 */
export function leaveOutNewer(json: unknown): Newer | null {
  if (!isObject(json) || !Array.isArray(json.cases)) return null
  const transports = new Set<string>()
  const workloads = new Set<string>()
  const flags = new Set<string>()
  const unknown = new Set(
    json.cases.filter((one) => {
      if (!isObject(one)) return false
      const [isTransport, isWorkload] = [
        isNew(one.transport, TRANSPORT_NAMES, transports),
        isNew(one.workload, WORKLOAD_NAMES, workloads),
      ]
      return isTransport || isWorkload
    }),
  )
  const all = json.cases.length
  json.cases = withoutPartners(json.cases, unknown)
  for (const flagged of flaggedParts(json)) {
    if (!Array.isArray(flagged.flags)) continue
    flagged.flags = flagged.flags.filter((flag) => !isNew(flag, FLAGS, flags))
  }
  if (transports.size + workloads.size + flags.size === 0) return null
  return {
    version: versionOf(json.tool),
    transports,
    workloads,
    flags,
    cases: all - (json.cases as unknown[]).length,
  }
}

/** `written by xrbench 0.4.0, which knows more than this version: 2 cases of the workload 'paced' are left out`. */
export function newerSentence({ version, transports, workloads, flags, cases }: Newer): string {
  const of = [named('transport', transports), named('workload', workloads)].filter((text) => text)
  const parts = [
    cases === 0 ? '' : `${cases} ${cases === 1 ? 'case' : 'cases'} of the ${of.join(' or ')}`,
    flags.size === 0 ? '' : `the ${named('flag', flags)}`,
  ].filter((text) => text !== '')
  const are = cases + flags.size === 1 ? 'is' : 'are'
  return `written by xrbench ${version}, which has words that this version has not: ${parts.join(' and ')} ${are} left out`
}

function named(kind: string, names: ReadonlySet<string>): string {
  if (names.size === 0) return ''
  const quoted = [...names].map((name) => `'${name}'`)
  return `${kind}${names.size === 1 ? '' : 's'} ${quoted.join(', ')}`
}

/** The nth case of a and the nth of b are a pair: who goes takes the other along. */
function withoutPartners(cases: readonly unknown[], gone: ReadonlySet<unknown>): unknown[] {
  const places = new Map<unknown, number>()
  const pairs = new Set<number>()
  const next = new Map<unknown, number>()
  for (const one of cases) {
    const variant = isObject(one) ? one.variant : undefined
    if (variant === undefined) continue
    const place = next.get(variant) ?? 0
    next.set(variant, place + 1)
    places.set(one, place)
    if (gone.has(one)) pairs.add(place)
  }
  return cases.filter((one) => !gone.has(one) && !pairs.has(places.get(one) ?? -1))
}

function* flaggedParts(json: Record<string, unknown>): Generator<Record<string, unknown>> {
  yield json
  for (const one of json.cases as unknown[]) {
    if (!isObject(one)) continue
    yield one
    if (Array.isArray(one.repetitions)) yield* one.repetitions.filter(isObject)
  }
}

/** Whether `name` is one that this version does not know; then it is added to `found`. */
function isNew(name: unknown, known: readonly string[], found: Set<string>): boolean {
  if (typeof name !== 'string' || known.includes(name)) return false
  if (name.length > MAX_NAME_CHARS || !NAME.test(name)) return false
  if (found.size === MAX_NAMES && !found.has(name)) return false
  found.add(name)
  return true
}

/** It becomes part of a hint, which people paste. */
const VERSION = /^\d[\w.+-]{0,31}$/

function versionOf(tool: unknown): string {
  const version = isObject(tool) ? tool.version : undefined
  return typeof version === 'string' && VERSION.test(version) ? version : 'of another version'
}
