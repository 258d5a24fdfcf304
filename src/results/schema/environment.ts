import { z } from 'zod'

// A remote agent sends this: every string and list has a maximum, every number is finite.
const word = z.string().max(64)
const line = z.string().max(256)
const paragraph = z.string().max(4096)
const count = z.int().nonnegative()
const facts = (keys: number, value: z.ZodString) =>
  z
    .record(line, value)
    .refine((record) => Object.keys(record).length <= keys, `at most ${keys} entries`)

const kernel = z.object({
  distribution: line.nullable().describe('PRETTY_NAME of /etc/os-release'),
  release: line.nullable().describe('uname -r'),
  version: line.nullable().describe('uname -v'),
  architecture: word.describe('as Node.js names it: x64, arm64 …'),
  commandLine: paragraph
    .nullable()
    .describe('options of /proc/cmdline that bear on timing (isolcpus, idle, mitigations …)'),
  preemption: word.nullable().describe('none, voluntary, full or rt'),
  transparentHugepages: word.nullable().describe('always, madvise or never'),
})

const cpu = z.object({
  model: line.nullable(),
  microcode: word.nullable(),
  logicalCpus: count.describe('CPUs online, hyper-threads counted'),
  cores: count.nullable().describe('physical cores online'),
  sockets: count.nullable(),
  numaNodes: count.nullable(),
  smtActive: z.boolean().nullable().describe('hyper-threading in use'),
  frequencyDriver: word.nullable(),
  governors: z.array(word).max(16).nullable().describe('distinct cpufreq governors of all CPUs'),
  energyPreference: word.nullable().describe('energy_performance_preference of the first CPU'),
  turbo: z.boolean().nullable(),
  deepestIdleState: word.nullable().describe('deepest enabled cpuidle state of the first CPU'),
  isolated: line.nullable().describe('CPUs kept from the scheduler (isolcpus); empty = none'),
  nohzFull: line.nullable().describe('CPUs without a periodic tick; empty = none'),
  constantTsc: z
    .boolean()
    .nullable()
    .describe('the flags constant_tsc and nonstop_tsc are both set'),
  mitigations: facts(64, line).nullable().describe('/sys/devices/system/cpu/vulnerabilities'),
})

const memory = z.object({
  totalBytes: count.nullable(),
  availableBytes: count.nullable().describe('at the moment of capture'),
})

const clockSource = z.object({
  current: word.nullable().describe('clocksource in use by the kernel'),
  available: z.array(word).max(16).nullable(),
})

const virtualisation = z.object({
  hypervisor: z.boolean().nullable().describe('the CPU says that it runs under a hypervisor'),
  kind: word.nullable().describe('kvm, qemu, vmware, microsoft, xen …'),
  emulatedCpu: z.boolean().nullable().describe('instructions are interpreted (QEMU TCG)'),
  container: word.nullable().describe('docker, podman, lxc, kubernetes …'),
})

const lab = z.object({
  guests: count.describe('guests of the lab that this machine is one of'),
  netem: line.nullable().describe('words of tc-netem that shape the wire at each of them'),
})

const limits = z.object({
  allowedCpus: line.nullable().describe('Cpus_allowed_list of the process'),
  allowedCpuCount: count.nullable(),
  cpuQuota: z
    .number()
    .positive()
    .nullable()
    .describe('CPUs worth of time per second granted by the cgroup; null = no limit'),
  memoryLimitBytes: count.nullable().describe('memory.max of the cgroup; null = no limit'),
  lockedMemoryBytes: count.nullable().describe('RLIMIT_MEMLOCK, soft; null = unlimited or unknown'),
  openFiles: count.nullable().describe('RLIMIT_NOFILE, soft'),
  loadAverage: z
    .array(z.number().nonnegative())
    .length(3)
    .nullable()
    .describe('1, 5 and 15 minutes'),
})

const networkDevice = z.object({
  name: word,
  kind: z
    .enum(['loopback', 'physical', 'virtual'])
    .describe('physical: there is a device behind it on a bus'),
  driver: word.nullable(),
  driverVersion: line.nullable(),
  firmware: line.nullable(),
  busAddress: word.nullable(),
  macAddress: line.nullable(),
  numaNode: count.nullable(),
  mtuBytes: count.nullable(),
  speedMbps: count.nullable(),
  duplex: word.nullable(),
  receiveQueues: count.nullable(),
  transmitQueues: count.nullable(),
  transmitQueueLength: count.nullable(),
  interruptCpus: facts(256, line)
    .nullable()
    .optional()
    .describe(
      'CPUs that take each interrupt of the device (effective affinity), by its name in /proc/interrupts; null: it has none, or they are not readable',
    ),
  offloads: z
    .record(word, z.boolean())
    .refine((record) => Object.keys(record).length <= 128, 'at most 128 entries')
    .nullable()
    .describe('by the names of ethtool -k; null when the driver does not say'),
  coalescing: facts(64, word)
    .nullable()
    .describe('by the names of ethtool -c; null when the driver does not say'),
})

const network = z.object({
  address: line.nullable().describe('the local address the path was asked for'),
  device: networkDevice.nullable().describe('the interface that has this address'),
})

const rdmaPort = z.object({
  port: count,
  state: word.nullable(),
  rate: word.nullable(),
  linkLayer: word.nullable(),
})

const rdmaDevice = z.object({
  name: word,
  software: z.boolean().nullable().describe('rxe or siw: emulated by the kernel'),
  driver: word.nullable(),
  firmware: line.nullable(),
  boardId: line.nullable(),
  nodeGuid: line.nullable(),
  ports: z.array(rdmaPort).max(16),
})

const software = z.object({
  node: word,
  v8: word.nullable(),
  libuv: word.nullable(),
  openssl: word.nullable(),
  libc: word.nullable(),
  rdmaCore: word.nullable(),
})

/** What was captured of one machine. Each fact comes from /proc, /sys or the source named; absent = null, never guessed. */
export const environmentSchema = z
  .object({
    capturedAt: z.iso.datetime(),
    hostname: line.nullable(),
    kernel,
    cpu,
    memory,
    clockSource,
    virtualisation,
    lab: lab.nullable().optional().describe('null: this machine is no guest of the lab'),
    limits,
    network,
    sysctls: facts(128, line).describe('those that bear on networking; absent ones are left out'),
    rdma: z.array(rdmaDevice).max(64).describe('/sys/class/infiniband'),
    software,
  })
  .meta({
    id: 'Environment',
    description: 'What was captured of one machine; absent facts are null',
  })

export type Environment = z.infer<typeof environmentSchema>
export type NetworkDevice = z.infer<typeof networkDevice>
export type RdmaDevice = z.infer<typeof rdmaDevice>
