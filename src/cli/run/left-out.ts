import type { RunEvent } from '../../run/events.js'

/** That a transport is not measured, and why. */
export function leftOutLine({
  transport,
  reason,
}: Extract<RunEvent, { type: 'left-out' }>): string {
  const { message, hint } = reason
  return `${transport} is left out: ${message}${hint === null ? '' : ` → ${hint}`}`
}

/** That a transport has no such workload, where others that were named have. */
export function unmeasuredLine({
  transport,
  workload,
  reason,
}: Extract<RunEvent, { type: 'unmeasured' }>): string {
  return `${workload} over ${transport} is left out: ${reason}`
}
