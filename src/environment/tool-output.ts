import { execFile } from 'node:child_process'

const TIMEOUT_MS = 1_000
const MAX_BYTES = 65_536

/** What a small tool prints; `null` when it is missing, fails, or takes longer than a second. */
export function toolOutput(tool: string, args: readonly string[]): Promise<string | null> {
  const options = {
    timeout: TIMEOUT_MS,
    maxBuffer: MAX_BYTES,
    // ethtool lives where an ordinary user's PATH often does not look.
    env: { ...process.env, LC_ALL: 'C', PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` },
  }
  return new Promise((resolve) => {
    execFile(tool, [...args], options, (error, stdout) => resolve(error === null ? stdout : null))
  })
}
