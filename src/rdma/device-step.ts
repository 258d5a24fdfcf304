/** Ways to an RDMA device, in the order in which they are tried. */
const DEVICE_STEPS = ['nic', 'software', 'soft-roce', 'lab'] as const

/** `nic`: hardware; `software`: a device of software that is there; `soft-roce`: one made for the run; `lab`: a virtual machine. */
export type DeviceStep = (typeof DEVICE_STEPS)[number]

/** What came of one step. */
export interface DeviceAttempt {
  step: DeviceStep
  taken: boolean
  sentence: string
  /** What would make it possible. */
  hint: string | null
}

/** A step that was not taken, and why. */
export function refused(step: DeviceStep, sentence: string, hint: string | null): DeviceAttempt {
  return { step, taken: false, sentence, hint }
}

/** All attempts in one line: `no NIC (…); no software device (…); using the lab`. */
export function attemptsLine(attempts: readonly DeviceAttempt[]): string {
  return attempts.map(({ sentence }) => withoutPeriod(lowerFirst(sentence))).join('; ')
}

function withoutPeriod(text: string): string {
  return text.endsWith('.') ? text.slice(0, -1) : text
}

/** An abbreviation or a name keeps its capitals. */
function lowerFirst(text: string): string {
  return /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text
}
