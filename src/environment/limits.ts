import { loadavg } from 'node:os'
import type { Environment } from '../results/schema/schema.js'
import { captureCgroup } from './cgroup.js'
import { countOf, lengthOfList, type MachineFiles } from './machine-files.js'

/** What this process may use: /proc/self, its cgroup, and how busy the machine is. */
export function captureLimits(files: MachineFiles): Environment['limits'] {
  const status = files.text('/proc/self/status', 16_384) ?? ''
  const allowed = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1]?.slice(0, 256) ?? null
  const limits = files.text('/proc/self/limits', 8_192) ?? ''
  const soft = (name: string) => countOf(new RegExp(`^${name}\\s+(\\d+)`, 'm').exec(limits)?.[1])
  return {
    allowedCpus: allowed,
    allowedCpuCount: lengthOfList(allowed),
    ...captureCgroup(files),
    lockedMemoryBytes: soft('Max locked memory'),
    openFiles: soft('Max open files'),
    loadAverage: loadavg(),
  }
}
