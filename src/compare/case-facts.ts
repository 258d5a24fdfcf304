import type { z } from 'zod'
import { CIRCUMSTANCES } from '../results/schema/flag-names.js'
import {
  effectiveSchema,
  quicSettingsSchema,
  rdmaSettingsSchema,
  TOLD_AS,
  tlsSettingsSchema,
} from '../results/schema/granted.js'
import type { CaseResult, Repetition } from '../results/schema/schema.js'
import { AT, type End, type Fact, WHOLE } from './fact.js'
import { requestFacts } from './request-facts.js'
import { completed, type MeasuredCase } from './source.js'

/** Facts of one case: what was asked for beyond its name, and what was granted. */
export function factsOfCase({ case: c }: MeasuredCase): Fact[] {
  const { stop, note, stopTransport } = WHOLE
  const { requested, effective } = c.parameters
  const repetitions = completed(c)
  return [
    stopTransport('transport', c.transport),
    stop('wait policy', requested.wait),
    ...requestFacts(requested),
    ...pathFacts(c),
    stop('clock', clockOf(repetitions)),
    note('measured', lengthOf(requested)),
    note('doubts', doubtsOf(c)),
    ...(['client', 'server'] as const).flatMap((end) => [
      AT[end].noteHost('pinned CPUs', pinnedCpus(repetitions, end)),
      ...factsOfGranted(effective[end], end),
    ]),
  ]
}

type Granted = CaseResult['parameters']['effective']['client']

/** What one end was granted, and agreed on with the other: as the schema has it, and what is said of several members at once. */
function factsOfGranted(granted: Granted, end: End): Fact[] {
  if (granted === null) return []
  const { note, noteHost, stopTransport, noteVersion } = AT[end]
  const { rdma, tls, quic } = granted
  return [
    note('address family', familyOf(granted.localAddress)),
    ...factsOfMembers(effectiveSchema, granted, end),
    noteHost('filter of system calls', granted.confinement?.filtersCalls),
    ...factsOfMembers(rdmaSettingsSchema, rdma, end),
    noteHost('RDMA memory on the node of the device', rdma && memoryIsNear(rdma)),
    stopTransport('encryption', tls && (tls.cipher === 'NULL' ? 'none' : 'TLS')),
    ...factsOfMembers(tlsSettingsSchema, tls, end),
    noteVersion('TLS library', tls && `${tls.library} ${tls.version}`),
    ...factsOfMembers(quicSettingsSchema, quic, end),
    noteVersion('QUIC library', quic && `${quic.library} ${quic.version}`),
  ]
}

function factsOfMembers(schema: z.ZodObject, part: object | null, end: End): Fact[] {
  const values = new Map<string, unknown>(Object.entries(part ?? {}))
  return Object.entries(schema.shape).flatMap(([member, of]) => {
    const told = TOLD_AS.get(of as z.ZodType)
    return told === undefined ? [] : [AT[end][told.weight](told.name, plain(values.get(member)))]
  })
}

function plain(value: unknown): string | number | boolean | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : null
}

/** `null` where there is no address, or where it is hidden. */
function familyOf(address: string): string | null {
  if (address.includes(':')) return 'IPv6'
  return /^\d+(\.\d+){3}$/.test(address) ? 'IPv4' : null
}

/** Nodes have numbers of each machine's own. */
function memoryIsNear({
  deviceNumaNode,
  memoryNumaNode,
}: NonNullable<NonNullable<Granted>['rdma']>): boolean | null {
  if (deviceNumaNode === null || memoryNumaNode === null) return null
  return deviceNumaNode === memoryNumaNode
}

/** How long was measured: what comes first ends it. */
function lengthOf({ durationNs, iterations }: CaseResult['parameters']['requested']): string {
  const limits = [
    ...(durationNs > 0 ? [`${durationNs / 1e9} s`] : []),
    ...(iterations > 0 ? [`${iterations} messages`] : []),
  ]
  return limits.join(' or ')
}

/** Of all repetitions that tell; where `auto` chose, others than before may have been chosen. */
function pinnedCpus(repetitions: readonly Repetition[], end: End): string | null {
  const lists = repetitions.flatMap(({ cpu }) => (cpu[end] === null ? [] : [cpu[end].pinnedCpus]))
  if (lists.length === 0) return null
  const cpus = [...new Set(lists.flat())].sort((a, b) => a - b)
  return cpus.length === 0 ? 'none' : cpus.join('+')
}

/** Over transports a path may have another name (`hardware`, `network`), not another kind. */
function pathFacts({ path, parameters }: CaseResult): Fact[] {
  const kind = path === null || path === 'loopback' || path === 'lab' ? path : 'a wire'
  const { stop, stopTransport } = WHOLE
  const sameDevice = parameters.effective.client?.rdma?.sameDevice
  return [
    stopTransport('path', path),
    stop('kind of path', kind),
    stop('both ends on one RDMA device', sameDevice),
  ]
}

function clockOf(repetitions: readonly Repetition[]): string | null {
  return repetitions[0]?.clock.client?.source ?? null
}

/** Where it was measured is said by other facts. */
function doubtsOf({ flags }: CaseResult): readonly string[] {
  const own = flags.filter((flag) => !CIRCUMSTANCES.includes(flag) && flag !== 'few-repetitions')
  return own.length === 0 ? ['none'] : own
}
