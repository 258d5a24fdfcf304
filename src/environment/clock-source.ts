import type { Environment } from '../results/schema/schema.js'
import type { MachineFiles } from './machine-files.js'

const FOLDER = '/sys/devices/system/clocksource/clocksource0'

/** The kernel's clock source. */
export function captureClockSource(files: MachineFiles): Environment['clockSource'] {
  return {
    current: files.text(`${FOLDER}/current_clocksource`),
    available: files.text(`${FOLDER}/available_clocksource`)?.split(/\s+/).slice(0, 16) ?? null,
  }
}
