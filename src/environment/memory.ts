import type { Environment } from '../results/schema/schema.js'
import type { MachineFiles } from './machine-files.js'

/** Main memory: /proc/meminfo. */
export function captureMemory(files: MachineFiles): Environment['memory'] {
  const text = files.text('/proc/meminfo', 4096) ?? ''
  const bytes = (field: string) => {
    const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]
    return kibibytes === undefined ? null : Number(kibibytes) * 1024
  }
  return { totalBytes: bytes('MemTotal'), availableBytes: bytes('MemAvailable') }
}
