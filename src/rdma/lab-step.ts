import { missingForLab } from '../lab/facts.js'
import { readSystemText } from './system-file.js'

/** Whether a lab could be started, without starting one. */
type LabReadiness = { ready: true } | { ready: false; reason: string; hint: string | null }

/** What a guest of the lab is told on its kernel's command line. */
export function isLabGuest(): boolean {
  return /(^|\s)xrbench\.lab=/.test(readSystemText('/proc/cmdline') ?? '')
}

/** Looks for all a lab is made of; some tens of milliseconds. */
export function labReadiness(): LabReadiness {
  if (isLabGuest()) return { ready: false, reason: 'this is a guest of the lab', hint: null }
  const missing = missingForLab()
  if (missing === null) return { ready: true }
  return { ready: false, reason: missing.finding, hint: missing.hint }
}
