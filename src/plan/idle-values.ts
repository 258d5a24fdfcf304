import { usageError, type XrbenchError } from '../errors.js'
import { allows, isFor } from '../options/fill.js'
import { ENTRIES, type Entry, valueAt } from '../options/groups.js'
import { LEAVE_OUT } from '../options/uses.js'
import type { WorkloadName } from '../options/workloads.js'
import type { Case, TransportName } from './case.js'
import { beforeOptions } from './circumstances.js'
import { carries } from './connects.js'
import type { PlanRequest } from './request.js'

type RequestAnywhere = Omit<PlanRequest, 'transports' | 'place'>

/** Lists with words that not every case can have. */
const LISTS = ENTRIES.filter(({ option }) => option.only !== undefined)

/**
 * Refuses a word of a list that no case has, though one has others of it: it would seem to be measured.
 * @throws {XrbenchError} `XRB_USAGE`
 */
export function refuseIdleValues(cases: readonly Case[], requests: readonly PlanRequest[]): void {
  for (const entry of LISTS) {
    const isHad = (word: string) =>
      cases.some(({ parameters }) => valueAt(parameters, entry.casePath) === word)
    const idle = requests
      .flatMap((request) => wordsOf(entry, request).filter((word) => lacks(entry, word, request)))
      .find((word) => !isHad(word))
    if (idle !== undefined) throw refused('Nothing that is to be measured has', entry, [idle])
  }
}

/**
 * Refuses a transport that was named and can have none of the words of a list, with no workload.
 * @throws {XrbenchError} `XRB_USAGE`
 */
export function refuseUnable(transports: readonly TransportName[], request: RequestAnywhere): void {
  for (const transport of transports) {
    const workloads = request.workloads.filter((workload) => carries(transport, workload))
    const barriers = workloads.map((workload) => barrierOf(transport, workload, request))
    const [entry] = barriers
    if (entry === undefined || barriers.includes(undefined)) continue
    const head = `${transport} has no ${workloads.join(', ')} with`
    throw refused(head, entry, wordsOf(entry, request))
  }
}

/** The first list of which such a case can have no word. */
function barrierOf(
  transport: TransportName,
  workload: WorkloadName,
  request: RequestAnywhere,
): Entry | undefined {
  const c = beforeOptions(transport, workload, request)
  return LISTS.find(
    (entry) =>
      isFor(entry.option, c) &&
      !wordsOf(entry, request).some((word) => allows(entry.option, word, c)),
  )
}

/** Whether a case has the option, and cannot have this word of it. */
function lacks({ option }: Entry, word: string, request: PlanRequest): boolean {
  return request.transports.some((transport) =>
    request.workloads.some((workload) => {
      const c = beforeOptions(transport, workload, request)
      return carries(transport, workload) && isFor(option, c) && !allows(option, word, c)
    }),
  )
}

function wordsOf({ path }: Entry, request: object): readonly string[] {
  return (valueAt(request, path) ?? []) as readonly string[]
}

function refused(head: string, { flag, option }: Entry, words: readonly string[]): XrbenchError {
  const use = option.only?.[words[0] ?? '']
  return usageError(
    'XRB_USAGE',
    `${head} --${flag} ${words.join(',')}: that is for ${use?.needs ?? 'others'}.`,
    use?.hint ?? LEAVE_OUT,
  )
}
