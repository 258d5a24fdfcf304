import { CIRCUMSTANCES } from '../results/flag-names.js'
import type { CaseResult, Environment, Repetition } from '../results/schema.js'
import type { Across } from './schema.js'
import { completed, environmentOf, type Measured } from './source.js'

/** Something about a side that its numbers depend on. */
export interface Fact {
  name: string
  /** Of which machine; absent: of the whole. */
  end?: End | undefined
  /** `null`: not known, and so not held against anything. */
  value: string | null
  /** stop: where it differs, the numbers do not answer the same question. */
  weight: 'stop' | 'note'
  /** What is studied where it is meant to differ. */
  of: Across | 'settings'
}

type End = 'client' | 'server'

const maker =
  (weight: Fact['weight'], of: Fact['of'], end: End | undefined) =>
  (name: string, value: string | number | boolean | null | undefined): Fact => ({
    name,
    end,
    value: value === null || value === undefined ? null : String(value),
    weight,
    of,
  })

const makersOf = (end?: End) => ({
  stop: maker('stop', 'settings', end),
  note: maker('note', 'settings', end),
  stopHost: maker('stop', 'host', end),
  noteHost: maker('note', 'host', end),
  stopTransport: maker('stop', 'transport', end),
  noteTransport: maker('note', 'transport', end),
  noteVersion: maker('note', 'version', end),
})

const WHOLE = makersOf()
const AT = { client: makersOf('client'), server: makersOf('server') }

/** Facts of the whole result. */
export function factsOfSource({ source, place }: Measured): Fact[] {
  const { tool } = source.doc
  const { sanitizer, compiler, flags } = tool.build ?? {}
  const { stop, stopHost, noteVersion } = WHOLE
  return [
    noteVersion('xrbench', tool.version),
    noteVersion('commit', tool.commit?.slice(0, 12)),
    noteVersion('compiler', compiler),
    noteVersion('compiler flags', flags),
    stop('sanitizer build', tool.build === null ? null : (sanitizer ?? 'none')),
    stopHost('place', place),
  ]
}

/** Facts of both machines. */
export function factsOfMachines(measured: Measured): Fact[] {
  const { client, server } = environmentOf(measured)
  return [...factsOfMachine(client, 'client'), ...factsOfMachine(server, 'server')]
}

/** A base is held against many: what there is to know of its machines is collected once. */
const known = {
  client: new WeakMap<Environment, Fact[]>(),
  server: new WeakMap<Environment, Fact[]>(),
}

function factsOfMachine(machine: Environment, end: End): Fact[] {
  const facts = known[end].get(machine) ?? collectFacts(machine, end)
  known[end].set(machine, facts)
  return facts
}

function collectFacts(machine: Environment, end: End): Fact[] {
  const { cpu, kernel, clockSource, virtualisation, limits, network, software, lab } = machine
  const { stop, note, stopHost, noteHost, noteVersion } = AT[end]
  const { device } = network
  return [
    stopHost('CPU', cpu.model),
    stopHost('architecture', kernel.architecture),
    stopHost('CPUs', limits.allowedCpuCount ?? cpu.logicalCpus),
    stop('emulated CPU', virtualisation.emulatedCpu),
    stopHost('hypervisor', virtualisation.hypervisor === false ? 'none' : virtualisation.kind),
    stop('clock of the kernel', clockClass(clockSource.current)),
    noteHost('host', machine.hostname),
    noteHost('kernel', kernel.release),
    noteHost('distribution', kernel.distribution),
    noteHost('kernel options', kernel.commandLine),
    noteHost('preemption', kernel.preemption),
    noteHost('huge pages', kernel.transparentHugepages),
    noteHost('microcode', cpu.microcode),
    noteHost('governor', cpu.governors?.toSorted().join(', ')),
    noteHost('energy preference', cpu.energyPreference),
    noteHost('turbo', cpu.turbo),
    noteHost('hyper-threading', cpu.smtActive),
    noteHost('deepest idle state', cpu.deepestIdleState),
    noteHost('isolated CPUs', cpu.isolated),
    noteHost('mitigations', cpu.mitigations && wordsOf(cpu.mitigations)),
    noteHost('clock source of the kernel', clockSource.current),
    noteHost('container', virtualisation.container),
    note('CPU quota', limits.cpuQuota ?? 'none'),
    note('guests of the lab', lab?.guests),
    // Absent and `null` are the same: a wire that nothing shapes.
    note('netem of the lab', lab === null || lab === undefined ? null : (lab.netem ?? 'none')),
    noteHost('network device', device?.name),
    noteHost('network driver', device?.driver),
    noteHost('network firmware', device?.firmware),
    noteHost('link speed', device?.speedMbps && `${device.speedMbps} Mbit/s`),
    note('MTU', device?.mtuBytes),
    note('offloads', device?.offloads && wordsOf(device.offloads)),
    note('coalescing', device?.coalescing && wordsOf(device.coalescing)),
    note('sysctls', wordsOf(machine.sysctls)),
    noteVersion('Node.js', software.node),
    noteVersion('libc', software.libc),
    noteVersion('rdma-core', software.rdmaCore),
  ]
}

/** Clocks that read the counter of the CPU are one kind; those that ask a chip cost a microsecond more. */
function clockClass(name: string | null): string | null {
  if (name === null) return null
  return /^(hpet|acpi_pm|jiffies|refined-jiffies|pit)$/.test(name)
    ? `slow (${name})`
    : 'counter of the CPU'
}

/** Facts of one case: what was asked for beyond its name, and what was granted. */
export function factsOfCase({ case: c }: Measured): Fact[] {
  const { stop, note, stopTransport } = WHOLE
  const { requested, effective } = c.parameters
  const repetitions = completed(c)
  return [
    stopTransport('transport', c.transport),
    stop('wait policy', requested.wait),
    ...pathFacts(c),
    stop('clock', clockOf(repetitions)),
    note(
      'measured',
      requested.durationNs > 0
        ? `${requested.durationNs / 1e9} s`
        : `${requested.iterations} messages`,
    ),
    note('doubts', doubtsOf(c)),
    ...(['client', 'server'] as const).flatMap((end) => {
      const granted = effective[end]
      if (granted === null) return []
      const { note, stopHost, noteHost, stopTransport, noteTransport, noteVersion } = AT[end]
      const { rdma, tls, quic } = granted
      return [
        noteTransport('send buffer', granted.sendBufferBytes),
        noteTransport('receive buffer', granted.receiveBufferBytes),
        noteTransport('congestion control', granted.congestionControl),
        noteTransport('segment size', granted.maxSegmentBytes),
        noteTransport('UDP_SEGMENT', granted.gso),
        noteTransport('UDP_GRO', granted.gro),
        stopHost('RDMA driver', rdma?.driver),
        noteHost('RDMA firmware', rdma?.firmware),
        noteHost('GID type', rdma?.gidType),
        noteHost('RDMA MTU', rdma?.mtuBytes),
        note('inline bytes', rdma?.inlineBytes),
        note('messages under way', rdma?.txDepth),
        stopTransport('encryption', tls && (tls.cipher === 'NULL' ? 'none' : 'TLS')),
        noteTransport('cipher', tls?.cipher),
        noteTransport('TLS', tls?.protocol),
        noteTransport('kernel TLS', tls?.ktls),
        noteVersion('TLS library', tls && `${tls.library} ${tls.version}`),
        noteVersion('QUIC library', quic && `${quic.library} ${quic.version}`),
        noteTransport('QUIC congestion control', quic?.congestionControl),
        note('QUIC payload of a packet', quic?.udpPayloadBytes),
        note('QUIC window', quic?.windowBytes),
        note('QUIC packets for each acknowledgement', quic?.ackThreshold),
      ]
    }),
  ]
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
function doubtsOf({ flags }: CaseResult): string {
  const own = flags.filter((flag) => !CIRCUMSTANCES.includes(flag) && flag !== 'few-repetitions')
  return own.length === 0 ? 'none' : own.join(', ')
}

function wordsOf(record: Record<string, string | boolean>): string {
  return Object.keys(record)
    .sort()
    .map((name) => `${name}=${record[name]}`)
    .join(', ')
}
