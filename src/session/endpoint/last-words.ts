import { constants } from 'node:os'

const MAX_CHARS = 200

/** Of what a process wrote before it ended, the line that says why: Node.js adds a stack and more below. Empty: it said nothing. */
export function lastWords(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  const line = lines.find((one) => /error|assertion|fatal/i.test(one)) ?? lines.at(-1) ?? ''
  return line.trim().slice(0, MAX_CHARS)
}

/** What Node.js had run out of when it gave up by itself, as an errno; 0: nothing that is known. */
export function missedBy(stderr: string): number {
  if (/uv_thread_create|pthread_create/.test(stderr)) return constants.errno.EAGAIN
  return /out of memory|Allocation failed/i.test(stderr) ? constants.errno.ENOMEM : 0
}
