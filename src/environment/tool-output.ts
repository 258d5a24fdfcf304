import { execFile } from 'node:child_process'

const TIMEOUT_MS = 1_000
const MAX_BYTES = 65_536

/** What a small tool prints; `null` when it is missing, fails, or takes longer than a second. */
export function toolOutput(tool: string, args: readonly string[]): Promise<string | null> {
  const options = {
    timeout: TIMEOUT_MS,
    maxBuffer: MAX_BYTES,
    env: { ...process.env, LC_ALL: 'C' },
  }
  return new Promise((resolve) => {
    execFile(tool, [...args], options, (error, stdout) => resolve(error === null ? stdout : null))
  })
}
