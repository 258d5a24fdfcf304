import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** CPUs this process may run on, ascending: Cpus_allowed_list of /proc/self/status (proc_pid_status(5)). */
export function allowedCpus(): number[] {
  try {
    const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    if (list !== undefined) return parseCpuList(list)
  } catch {
    // Without /proc the CPUs are taken to be numbered from 0.
  }
  return Array.from({ length: availableParallelism() }, (_, cpu) => cpu)
}

/** The kernel's list format: `0-2,7` is 0, 1, 2, 7. */
export function parseCpuList(list: string): number[] {
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, offset) => first + offset)
  })
}

/** The same of `cpus`, which ascend: of hundreds, a short one. */
export function formatCpuList(cpus: readonly number[]): string {
  const ranges: [number, number][] = []
  for (const cpu of cpus) {
    const last = ranges.at(-1)
    if (last !== undefined && cpu === last[1] + 1) last[1] = cpu
    else ranges.push([cpu, cpu])
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',')
}

/** Measuring threads at one end. */
export function threadCount(streams: number, direction: 'up' | 'down' | 'both'): number {
  return direction === 'both' ? 2 * streams : streams
}

/**
 * CPUs for the threads of one end when the user leaves the choice to us: both ends may share a machine, so the client takes the last allowed
 * CPU, the server the one before it, and so on in turn. An end that has its machine for itself needs no CPUs for the other. Empty
 * (unpinned) when there is not one CPU for each thread: measuring threads that must share a CPU are better placed by the scheduler.
 */
export function automaticCpus(
  side: 'client' | 'server',
  threads: number,
  allowed: readonly number[],
  isAlone = false,
): number[] {
  const descending = [...allowed].reverse()
  if (allowed.length < 2 * threads) {
    return isAlone && allowed.length >= threads ? descending.slice(0, threads) : []
  }
  const first = side === 'client' ? 0 : 1
  return Array.from({ length: threads }, (_, turn) => descending[first + 2 * turn] as number)
}
