import type { Environment } from '../results/schema/schema.js'
import type { MachineFiles } from './machine-files.js'

/** Whether this machine is a guest of the lab: the options that the lab boots it with, /proc/cmdline. */
export function captureLab(files: MachineFiles): NonNullable<Environment['lab']> | null {
  const commandLine = files.text('/proc/cmdline', 4096) ?? ''
  const guests = /(?:^|\s)xrbench\.lab=([12])(?=\s|$)/.exec(commandLine)?.[1]
  if (guests === undefined) return null
  const netem = /(?:^|\s)xrbench\.netem=(\S+)/.exec(commandLine)?.[1]
  return { guests: Number(guests), netem: netem?.replaceAll(',', ' ').slice(0, 256) ?? null }
}
