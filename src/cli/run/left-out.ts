import type { RunEvent } from '../../run/events.js'

/** That a transport is not measured, and why. */
export function leftOutLine({
  transport,
  reason,
}: Extract<RunEvent, { type: 'left-out' }>): string {
  const { message, hint } = reason
  return `${transport} is left out: ${message}${hint === null ? '' : ` → ${hint}`}`
}
