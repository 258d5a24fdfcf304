import type { Environment, RdmaDevice } from '../results/schema/schema.js'
import { AT, type End, type Fact, wordsOf } from './fact.js'
import { environmentOf, type MeasuredCase } from './source.js'

/** Facts of both machines. */
export function factsOfMachines(measured: MeasuredCase): Fact[] {
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
    noteHost('CPUs online', cpu.logicalCpus),
    note('allowed CPUs', limits.allowedCpus),
    noteHost('cores', cpu.cores),
    noteHost('sockets', cpu.sockets),
    noteHost('NUMA nodes', cpu.numaNodes),
    noteHost('memory', gibibytes(machine.memory.totalBytes)),
    stop('emulated CPU', virtualisation.emulatedCpu),
    stopHost('hypervisor', virtualisation.hypervisor === false ? 'none' : virtualisation.kind),
    stop('clock of the kernel', clockClass(clockSource.current)),
    noteHost('host', machine.hostname),
    noteHost('kernel', kernel.release),
    noteHost('kernel build', kernel.version),
    noteHost('distribution', kernel.distribution),
    noteHost('kernel options', kernel.commandLine),
    noteHost('preemption', kernel.preemption),
    noteHost('huge pages', kernel.transparentHugepages),
    noteHost('microcode', cpu.microcode),
    noteHost('frequency driver', cpu.frequencyDriver),
    noteHost('governor', cpu.governors?.toSorted()),
    noteHost('energy preference', cpu.energyPreference),
    noteHost('turbo', cpu.turbo),
    noteHost('hyper-threading', cpu.smtActive),
    noteHost('deepest idle state', cpu.deepestIdleState),
    noteHost('isolated CPUs', orNone(cpu.isolated)),
    noteHost('CPUs without a tick', orNone(cpu.nohzFull)),
    noteHost('constant TSC', cpu.constantTsc),
    noteHost('mitigations', cpu.mitigations && wordsOf(cpu.mitigations)),
    noteHost('clock source of the kernel', clockSource.current),
    noteHost('clock sources', clockSource.available?.toSorted()),
    noteHost('container', virtualisation.container),
    note('CPU quota', limits.cpuQuota ?? 'none'),
    note('memory limit', limits.memoryLimitBytes ?? 'none'),
    note('locked memory limit', limits.lockedMemoryBytes),
    note('guests of the lab', lab?.guests),
    // Absent and `null` are the same: a wire that nothing shapes.
    note('netem of the lab', lab === null || lab === undefined ? null : (lab.netem ?? 'none')),
    noteHost('network device', device?.name),
    noteHost('kind of network device', device?.kind),
    noteHost('bus address of the network device', device?.busAddress),
    noteHost('NUMA node of the network device', device?.numaNode),
    noteHost('network driver', device?.driver),
    noteHost('network driver version', device?.driverVersion),
    noteHost('network firmware', device?.firmware),
    noteHost('link speed', device?.speedMbps && `${device.speedMbps} Mbit/s`),
    noteHost('duplex', device?.duplex),
    noteHost('receive queues', device?.receiveQueues),
    noteHost('transmit queues', device?.transmitQueues),
    noteHost('CPUs of interrupts', device?.interruptCpus && wordsOf(device.interruptCpus)),
    noteHost('transmit queue length', device?.transmitQueueLength),
    note('MTU', device?.mtuBytes),
    note('offloads', device?.offloads && wordsOf(device.offloads)),
    note('coalescing', device?.coalescing && wordsOf(device.coalescing)),
    note('sysctls', wordsOf(machine.sysctls)),
    ...rdmaFacts(machine.rdma, noteHost),
    noteVersion('Node.js', software.node),
    noteVersion('OpenSSL of Node.js', software.openssl),
    noteVersion('libc', software.libc),
    noteVersion('rdma-core', software.rdmaCore),
  ]
}

type Note = (name: string, value: readonly string[] | null) => Fact

/** Of all devices: which of them a case was over is said by what was granted to it. */
function rdmaFacts(devices: readonly RdmaDevice[], note: Note): Fact[] {
  const ports = devices.flatMap((device) =>
    device.ports.map((port) => ({ ...port, name: `${device.name}/${port.port}` })),
  )
  return [
    note('RDMA devices', namesOf(devices)),
    note(
      'RDMA device kinds',
      told(devices, ({ software }) =>
        software === null ? null : software ? 'software' : 'hardware',
      ),
    ),
    note(
      'RDMA device drivers',
      told(devices, ({ driver }) => driver),
    ),
    note(
      'RDMA device firmware',
      told(devices, ({ firmware }) => firmware),
    ),
    note(
      'RDMA boards',
      told(devices, ({ boardId }) => boardId),
    ),
    note('RDMA ports', namesOf(ports)),
    note(
      'RDMA port states',
      told(ports, ({ state }) => state),
    ),
    note(
      'RDMA port rates',
      told(ports, ({ rate }) => rate),
    ),
    note(
      'RDMA link layers',
      told(ports, ({ linkLayer }) => linkLayer),
    ),
  ]
}

function told<T extends { name: string }>(
  things: readonly T[],
  pick: (thing: T) => string | null,
): string[] | null {
  const entries = things.flatMap((thing): [string, string][] => {
    const value = pick(thing)
    return value === null ? [] : [[thing.name, value]]
  })
  return entries.length === 0 ? null : wordsOf(Object.fromEntries(entries))
}

/** An empty list of CPUs. */
function orNone(list: string | null): string | null {
  return list === '' ? 'none' : list
}

/** In tenths: the kernel keeps a little more or less for itself at each start. */
function gibibytes(bytes: number | null): string | null {
  return bytes === null ? null : `${(bytes / 2 ** 30).toFixed(1)} GiB`
}

/** Clocks that read the counter of the CPU are one kind; those that ask a chip cost a microsecond more. */
function clockClass(name: string | null): string | null {
  if (name === null) return null
  return /^(hpet|acpi_pm|jiffies|refined-jiffies|pit)$/.test(name)
    ? `slow (${name})`
    : 'counter of the CPU'
}

function namesOf(things: readonly { name: string }[]): string[] {
  return things.length === 0 ? ['none'] : things.map(({ name }) => name)
}
