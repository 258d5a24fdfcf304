import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Confinement } from '../../addon/addon.js'
import { loadAddon } from '../../addon/load.js'
import { environmentError } from '../../errors.js'
import { PROBE_MS } from '../wire/protocol.js'

/** The same file whether this module runs from `src` (tests) or from `dist`. */
const PROBE = fileURLToPath(new URL('../../../dist/session/endpoint/probe.js', import.meta.url))

/**
 * What this machine's kernel has to confine what works for a client, tried in a process of its own: a container or an old kernel may refuse
 * it. `null`: it ended without an answer.
 * @param program what is tried
 * @throws {XrbenchError} `XRB_CONFINEMENT_UNKNOWN` (exit 3) where it has no answer in time: a machine that is busy is none without protection
 */
export async function probeConfinement(
  program: string = PROBE,
  patienceMs = PROBE_MS,
): Promise<Confinement | null> {
  try {
    // One that is stopped takes no other signal.
    const limits = { timeout: patienceMs, killSignal: 'SIGKILL' } as const
    const { stdout } = await promisify(execFile)(process.execPath, [program], limits)
    return JSON.parse(stdout) as Confinement
  } catch (error) {
    if ((error as { killed?: boolean }).killed === true) throw unknown(patienceMs)
    return null
  }
}

function unknown(patienceMs: number) {
  return environmentError(
    'XRB_CONFINEMENT_UNKNOWN',
    `Within ${patienceMs / 1000} s nobody could find out whether this machine confines what measures for clients.`,
    'start it again when the machine is less busy',
  )
}

/** Whether it is as SECURITY.md promises it. A build with a sanitizer cannot be, and serves nobody who trusts it. */
export function isConfined(found: Confinement | null): boolean {
  if (loadAddon().build.sanitizer !== null) return true
  return found?.noNewPrivileges === true && found.filtersCalls
}
