import { environmentError, type XrbenchError } from '../errors.js'

/** Debian and Ubuntu packages with what the lab takes from this machine. */
const LAB_PACKAGES = ['qemu-system-x86', 'busybox-static', 'iproute2'] as const

/** One sentence for what is missing, and the line that brings all the lab needs (exit 3). */
export function labLacks(what: string, packages: readonly string[] = LAB_PACKAGES): XrbenchError {
  return environmentError(
    'XRB_LAB_MISSING',
    `The lab cannot run here: ${what}.`,
    `sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`,
  )
}
