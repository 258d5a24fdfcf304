import { CIRCUMSTANCES } from '../results/schema/flag-names.js'
import type { CaseResult, Repetition } from '../results/schema/schema.js'
import { AT, type End, type Fact, WHOLE } from './fact.js'
import { requestFacts } from './request-facts.js'
import { completed, type Measured } from './source.js'

/** Facts of one case: what was asked for beyond its name, and what was granted. */
export function factsOfCase({ case: c }: Measured): Fact[] {
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

/** What one end was granted, and agreed on with the other. */
function factsOfGranted(granted: Granted, end: End): Fact[] {
  if (granted === null) return []
  const { stop, note, stopHost, noteHost, stopTransport, noteTransport, noteVersion } = AT[end]
  const { rdma, tls, quic } = granted
  return [
    note('address family', familyOf(granted.localAddress)),
    noteTransport('send buffer', granted.sendBufferBytes),
    noteTransport('receive buffer', granted.receiveBufferBytes),
    noteTransport('congestion control', granted.congestionControl),
    noteTransport('segment size', granted.maxSegmentBytes),
    noteHost('path MTU', granted.pathMtuBytes),
    noteTransport('TCP_NODELAY', granted.noDelay),
    note('DSCP', granted.dscp),
    note('busy poll', granted.busyPollUs),
    noteTransport('Multipath TCP', granted.multipath),
    noteHost('device polled by the kernel', granted.pollsDevice),
    noteHost('filter of system calls', granted.confinement?.filtersCalls),
    noteTransport('UDP_SEGMENT', granted.gso),
    noteTransport('UDP_GRO', granted.gro),
    noteTransport('bytes in front of a message', granted.headerBytes),
    stopHost('RDMA driver', rdma?.driver),
    noteHost('RDMA firmware', rdma?.firmware),
    noteHost('RDMA by software', rdma?.software),
    noteHost('RDMA link layer', rdma?.linkLayer),
    noteHost('GID type', rdma?.gidType),
    noteHost('RDMA MTU', rdma?.mtuBytes),
    stop('queue pair', rdma?.queuePair),
    stop('RDMA operation', rdma?.operation),
    note('RDMA connection', rdma?.connectBy),
    note('inline bytes', rdma?.inlineBytes),
    note('messages under way', rdma?.txDepth),
    note('receives posted ahead', rdma?.rxDepth),
    note('messages for each completion', rdma?.signalEvery),
    note('messages handed over at once', rdma?.postList),
    note('RDMA data checked', rdma?.verify),
    noteHost('RDMA memory on the node of the device', rdma && memoryIsNear(rdma)),
    noteHost('RDMA data in order', rdma?.dataInOrder),
    stopTransport('encryption', tls && (tls.cipher === 'NULL' ? 'none' : 'TLS')),
    noteTransport('cipher', tls?.cipher),
    noteTransport('key exchange', tls?.group),
    noteTransport('TLS', tls?.protocol),
    noteTransport('kernel TLS', tls?.ktls),
    noteVersion('TLS library', tls && `${tls.library} ${tls.version}`),
    noteVersion('headers of the TLS library', tls?.builtWith),
    noteVersion('QUIC library', quic && `${quic.library} ${quic.version}`),
    noteVersion('headers of the QUIC library', quic?.builtWith),
    noteTransport('QUIC version', quic?.protocolVersion),
    noteTransport('QUIC messages', quic?.messages),
    noteTransport('QUIC streams', quic?.streams),
    noteTransport('QUIC congestion control', quic?.congestionControl),
    noteTransport('QUIC pacing', quic?.pacing),
    noteTransport('QUIC retry', quic?.retry),
    note('QUIC payload of a packet', quic?.udpPayloadBytes),
    noteTransport('QUIC messages that share a packet', quic?.sharesPackets),
    note('QUIC window', quic?.windowBytes),
    note('QUIC packets for each acknowledgement', quic?.ackThreshold),
  ]
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
