import type { DataPorts } from '../../addon/addon.js'
import { usageError } from '../../errors.js'
import { shareDataPorts } from '../../serve/data-ports.js'

/**
 * `28471-28480` or `28471`; `null`: any port.
 * @throws {XrbenchError} `XRB_BAD_PORTS` (exit 2)
 */
export function readDataPorts(
  text: string | undefined,
  label: string,
  sessionPort: number,
  parallel: number,
): DataPorts | null {
  if (text === undefined) return null
  const [, a, b = a] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? []
  const [first, last] = [Number(a ?? 0), Number(b ?? 0)]
  if (first < 1 || last > 65_535 || first > last) {
    throw usageError(
      'XRB_BAD_PORTS',
      `${label}: '${text}' is no range of ports from 1 to 65535.`,
      `${label} 28471-28480, or one port`,
    )
  }
  return shareDataPorts({ first, last }, label, sessionPort, parallel)
}
