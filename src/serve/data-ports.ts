import type { DataPorts } from '../addon/addon.js'
import { usageError } from '../errors.js'

/**
 * Ports for data as an agent shares them out among the sessions that measure.
 * @param sessionPort where the agent listens, which is taken
 * @param parallel sessions that measure at a time, each of which may need one
 * @throws {XrbenchError} `XRB_BAD_PORTS` (exit 2)
 */
export function shareDataPorts(
  { first, last }: { readonly first: number; readonly last: number },
  label: string,
  sessionPort: number,
  parallel: number,
): DataPorts {
  const bad = (why: string) =>
    usageError('XRB_BAD_PORTS', `${label}: ${why}`, `${label} 28471-28480, or one port`)
  if (first <= sessionPort && sessionPort <= last) {
    throw bad(`port ${sessionPort} is the one the agent listens at, for sessions.`)
  }
  const count = last - first + 1
  if (count < parallel) throw bad(`${parallel} sessions that measure at a time need a port each.`)
  return { first, last, atMost: Math.floor(count / parallel) }
}
