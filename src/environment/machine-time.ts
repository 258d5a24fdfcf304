import type { MachineShare } from '../addon/addon.js'
import { type MachineFiles, machineFiles } from './machine-files.js'

/** USER_HZ: what the kernel shows its ticks in, whatever it counts in itself. */
const NS_PER_TICK = 1e9 / 100
/** A line for each of over a thousand CPUs. */
const MOST_CHARS = 262_144

interface CpuTime {
  softirqNs: number
  stealNs: number
}

/** What every CPU has spent since boot in what no thread can see; /proc/stat (proc(5)), in steps of 10 ms. */
function readCpuTimes(files: MachineFiles): Map<string, CpuTime> {
  const text = files.text('/proc/stat', MOST_CHARS) ?? ''
  // cpuN user nice system idle iowait irq softirq steal …
  const lines = text.matchAll(/^(cpu\d+)(?: \d+){6} (\d+) (\d+)/gm)
  return new Map(
    [...lines].map(([, name = '', softirq, steal]) => [
      name,
      { softirqNs: Number(softirq) * NS_PER_TICK, stealNs: Number(steal) * NS_PER_TICK },
    ]),
  )
}

/**
 * Reads the CPUs' times now; the function it gives back reads them again, and tells what was between. Neither belongs into what is
 * measured. `null` where they cannot be read.
 * @param nowNs monotonic, nanoseconds
 */
export function watchMachineTime(
  files: MachineFiles = machineFiles(),
  nowNs = () => performance.now() * 1e6,
): () => MachineShare | null {
  const [began, before] = [nowNs(), readCpuTimes(files)]
  return () => {
    const [wallNs, after] = [Math.round(nowNs() - began), readCpuTimes(files)]
    const spent = [...after].flatMap(([name, now]): CpuTime[] => {
      const then = before.get(name)
      // Of a CPU that was switched off and on again the counts may begin anew.
      if (!then || now.softirqNs < then.softirqNs || now.stealNs < then.stealNs) return []
      return [{ softirqNs: now.softirqNs - then.softirqNs, stealNs: now.stealNs - then.stealNs }]
    })
    if (spent.length === 0 || wallNs <= 0) return null
    return {
      wallNs,
      stealNs: spent.reduce((sum, { stealNs }) => sum + stealNs, 0),
      mostStealNs: Math.max(...spent.map(({ stealNs }) => stealNs)),
      mostSoftirqNs: Math.max(...spent.map(({ softirqNs }) => softirqNs)),
    }
  }
}
