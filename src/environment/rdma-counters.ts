import { setTimeout as delay } from 'node:timers/promises'
import { type MachineFiles, machineFiles } from './machine-files.js'

/** Differences over a run, by the kernel's own names. */
export type RdmaCounters = Record<string, number>

/** More than any driver has; what comes after is left out. */
const MAX_RDMA_COUNTERS = 512
const MAX_NAME_CHARS = 64
/** The kernel hands out readings up to this old (default 10 ms), milliseconds. */
const LIFESPAN = 'lifespan'
const DEFAULT_LIFESPAN_MS = 10
const MAX_WAIT_MS = 200

/** A port as the kernel names it. */
interface CountedPort {
  device: string
  port: number
}

/**
 * Counters of a port as they stand, from sysfs (Documentation/ABI/stable/sysfs-class-infiniband); `null` where none can be read.
 * Values have up to 64 bits.
 */
export function readRdmaCounters(
  files: MachineFiles,
  { device, port }: CountedPort,
): Map<string, bigint> | null {
  const readings = new Map<string, bigint>()
  for (const folder of foldersOf(device, port)) {
    for (const name of files.names(folder)) {
      if (name === LIFESPAN || name.length > MAX_NAME_CHARS) continue
      const text = files.text(`${folder}/${name}`)
      // Some ports show a name and say `N/A` in place of a number.
      if (text === null || !/^\d{1,20}$/.test(text)) continue
      if (readings.size < MAX_RDMA_COUNTERS) readings.set(name, BigInt(text))
    }
  }
  return readings.size === 0 ? null : readings
}

/** What was counted in between. A counter that ran backwards (reset, or full) or is not in both readings is left out. */
export function rdmaCounterDifferences(
  before: ReadonlyMap<string, bigint>,
  after: ReadonlyMap<string, bigint>,
): RdmaCounters {
  const differences: RdmaCounters = {}
  for (const [name, then] of before) {
    const now = after.get(name)
    if (now === undefined || now < then) continue
    const difference = Number(now - then)
    // Of that many in one run none was counted: the counter was set.
    if (Number.isSafeInteger(difference)) differences[name] = difference
  }
  return differences
}

/**
 * Reads the counters now; the function it gives back reads them again, once the kernel no longer answers from memory, and tells the
 * differences. `null` port: nothing is read.
 */
export function watchRdmaCounters(
  port: CountedPort | null,
  files: MachineFiles = machineFiles(),
): () => Promise<RdmaCounters | null> {
  const before = port === null ? null : readRdmaCounters(files, port)
  return async () => {
    if (port === null || before === null) return null
    await delay(Math.min(MAX_WAIT_MS, lifespanMs(files, port) + 1))
    const after = readRdmaCounters(files, port)
    return after === null ? null : rdmaCounterDifferences(before, after)
  }
}

function lifespanMs(files: MachineFiles, { device, port }: CountedPort): number {
  const own = foldersOf(device, port).map((folder) => files.int(`${folder}/${LIFESPAN}`) ?? 0)
  return Math.max(DEFAULT_LIFESPAN_MS, ...own)
}

/** The standard's counters, the driver's of the port, and its own of the whole device. */
function foldersOf(device: string, port: number): string[] {
  const place = `/sys/class/infiniband/${device}`
  return [
    `${place}/ports/${port}/counters`,
    `${place}/ports/${port}/hw_counters`,
    `${place}/hw_counters`,
  ]
}
