import { readFileSync } from 'node:fs'
import { release } from 'node:os'
import { XrbenchError } from '../errors.js'
import { findBusybox } from '../lab/busybox.js'
import { cacheFolder } from '../lab/cache.js'
import { findProgram } from '../lab/find-program.js'
import { kernelBelow } from '../lab/kernel.js'
import { fetchedKernel } from '../lab/kernel-package.js'
import { findQemu } from '../lab/qemu.js'
import { findWirePrograms } from '../lab/wire.js'

/** Whether a lab could be started, without starting one. */
export type LabReadiness = { ready: true } | { ready: false; reason: string; hint: string | null }

/** What a guest of the lab is told on its kernel's command line. */
export function isLabGuest(): boolean {
  try {
    return /(^|\s)xrbench\.lab=/.test(readFileSync('/proc/cmdline', 'utf8'))
  } catch {
    return false
  }
}

/** Looks for all a lab is made of; milliseconds, one start of `qemu --version`. */
export function labReadiness(): LabReadiness {
  if (isLabGuest()) return { ready: false, reason: 'this is a guest of the lab', hint: null }
  try {
    findQemu()
    findWirePrograms()
    findBusybox()
    const cache = cacheFolder()
    if (!hasKernel(cache) && findProgram('apt-get') === null) {
      return {
        ready: false,
        reason: 'there is no kernel for it, and no apt-get to fetch one',
        hint: 'name one: --lab-kernel /boot/vmlinuz-VERSION',
      }
    }
    return { ready: true }
  } catch (error) {
    if (!(error instanceof XrbenchError)) throw error
    const reason = error.message.replace(/^The lab cannot run here: /, '').replace(/\.$/, '')
    return { ready: false, reason, hint: error.hint ?? null }
  }
}

/** Whether a kernel is at hand that need not be fetched. */
function hasKernel(cache: string): boolean {
  return !('unfit' in kernelBelow('/', release())) || fetchedKernel(cache) !== null
}
