import { basename, dirname } from 'node:path'
import type { NetworkDevice } from '../results/schema/schema.js'
import type { MachineFiles } from './machine-files.js'

/** What a device with a queue for each CPU of a large machine has. */
const MOST_INTERRUPTS = 256
/** A column for each CPU in every line. */
const MOST_CHARS = 4_194_304

/**
 * Which CPUs take the interrupts of a network device: msi_irqs of its place on the bus, /proc/interrupts for the names, /proc/irq for the
 * CPUs. A device of virtio has its interrupts one step further up.
 * @param folder of the device in /sys/class/net
 */
export function captureInterrupts(
  files: MachineFiles,
  folder: string,
): NonNullable<NetworkDevice['interruptCpus']> | null {
  const above = basename(dirname(files.target(`${folder}/device`) ?? '/'))
  const numbers = [`${folder}/device/msi_irqs`, `/sys/bus/pci/devices/${above}/msi_irqs`]
    .map((place) => files.names(place).filter((name) => /^\d+$/.test(name)))
    .find((found) => found.length > 0)
  if (numbers === undefined) return null
  const names = interruptNames(files)
  const entries = numbers.slice(0, MOST_INTERRUPTS).flatMap((number): [string, string][] => {
    const cpus =
      files.text(`/proc/irq/${number}/effective_affinity_list`) ||
      files.text(`/proc/irq/${number}/smp_affinity_list`)
    return cpus ? [[names.get(number) ?? `irq ${number}`, cpus]] : []
  })
  return entries.length === 0 ? null : Object.fromEntries(entries)
}

/** The last word of each line: `41: 12 0 PCI-MSIX-0000:00:04.0 1-edge virtio3-rx`. */
function interruptNames(files: MachineFiles): Map<string, string> {
  const lines = files.text('/proc/interrupts', MOST_CHARS)?.matchAll(/^\s*(\d+):.*?(\S+)\s*$/gm)
  return new Map(
    [...(lines ?? [])].map(([, number = '', name = '']) => [number, name.slice(0, 64)]),
  )
}
