import type { DataPorts } from '../../addon/addon.js'
import { usageError } from '../../errors.js'

/**
 * `28471-28480` or `28471`; `null`: any port.
 * @param sessionPort where the agent listens, which is taken
 * @param maxSessions each of which may need one at the same time
 * @throws {XrbenchError} `XRB_BAD_PORTS` (exit 2)
 */
export function readDataPorts(
  text: string | undefined,
  label: string,
  sessionPort: number,
  maxSessions: number,
): DataPorts | null {
  if (text === undefined) return null
  const [, a, b = a] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? []
  const [first, last] = [Number(a ?? 0), Number(b ?? 0)]
  const bad = (why: string) =>
    usageError('XRB_BAD_PORTS', `${label}: ${why}`, `${label} 28471-28480, or one port`)
  if (first < 1 || last > 65_535 || first > last) {
    throw bad(`'${text}' is no range of ports from 1 to 65535.`)
  }
  if (first <= sessionPort && sessionPort <= last) {
    throw bad(`port ${sessionPort} is the one the agent listens at, for sessions.`)
  }
  const count = last - first + 1
  if (count < maxSessions) throw bad(`${maxSessions} sessions at a time need a port each.`)
  return { first, last, atMost: Math.floor(count / maxSessions) }
}
