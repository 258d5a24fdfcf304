import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Confinement } from '../../addon/addon.js'
import { loadAddon } from '../../addon/load.js'
import { ENDPOINT_START_MS } from '../wire/protocol.js'

/** The same file whether this module runs from `src` (tests) or from `dist`. */
const PROBE = fileURLToPath(new URL('../../../dist/session/endpoint/probe.js', import.meta.url))

/**
 * What this machine's kernel has to confine what works for a client, tried in a process of its own: a container or an old kernel may refuse
 * it. `null`: nobody could find out.
 */
export async function probeConfinement(): Promise<Confinement | null> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [PROBE], {
      timeout: ENDPOINT_START_MS,
    })
    return JSON.parse(stdout) as Confinement
  } catch {
    return null
  }
}

/** Whether it is as SECURITY.md promises it. A build with a sanitizer cannot be, and serves nobody who trusts it. */
export function isConfined(found: Confinement | null): boolean {
  if (loadAddon().build.sanitizer !== null) return true
  return found?.noNewPrivileges === true && found.filtersCalls
}
