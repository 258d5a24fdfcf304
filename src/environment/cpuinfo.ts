import type { MachineFiles } from './machine-files.js'

// The first CPU's part; on machines with many CPUs the file is long and says the same again.
const FIRST_CPU_CHARS = 8_192

/** A field of the first CPU in /proc/cpuinfo. */
export function cpuinfoField(files: MachineFiles, name: string): string | null {
  const text = files.text('/proc/cpuinfo', FIRST_CPU_CHARS) ?? ''
  return new RegExp(`^${name}\\s*:\\s*(.*)$`, 'm').exec(text)?.[1]?.slice(0, 256) ?? null
}

/** The feature flags of the first CPU (x86), or `null` where the kernel does not list any. */
export function cpuFlags(files: MachineFiles): Set<string> | null {
  const text = files.text('/proc/cpuinfo', FIRST_CPU_CHARS) ?? ''
  const flags = /^flags\s*:\s*(.*)$/m.exec(text)?.[1]
  return flags === undefined ? null : new Set(flags.split(/\s+/))
}
