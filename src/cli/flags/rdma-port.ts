import type { OwnRdmaPort } from '../../addon/addon.js'
import { usageError } from '../../errors.js'
import { RDMA } from '../../options/rdma.js'
import { parseWhole } from '../../units.js'
import { parseValue } from './value.js'

/** What `run` and `serve` have in common, as text. */
interface RdmaPortTexts {
  device?: string | undefined
  port?: string | undefined
  gidIndex?: string | undefined
}

/**
 * Device, port and GID of this end.
 * @param socketPort how the port of a socket is given, to those who meant that
 * @throws {XrbenchError} exit 2
 */
export function readRdmaPort(
  { device, port, gidIndex }: RdmaPortTexts,
  label: (key: keyof RdmaPortTexts) => string,
  socketPort: (port: string) => string,
): OwnRdmaPort {
  if (port !== undefined) refuseSocketPort(port, label('port'), socketPort)
  const read = (key: keyof RdmaPortTexts, text: string | undefined) =>
    text === undefined ? null : parseValue(RDMA[key].kind, text, label(key))
  return {
    device: read('device', device) as string | null,
    port: read('port', port) as number | null,
    gidIndex: read('gidIndex', gidIndex) as number | null,
  }
}

/** @throws {XrbenchError} `XRB_BAD_NUMBER` for what can only be meant as a port of a socket */
export function refuseSocketPort(
  text: string,
  label: string,
  socketPort: (port: string) => string,
): void {
  const { max } = RDMA.port.kind
  if (parseWhole(text, label, 1, 65_535) <= max) return
  throw usageError(
    'XRB_BAD_NUMBER',
    `${label}: the ports of an RDMA device are 1 to ${max}, so ${text} is none.`,
    `${label} 1; a port of a socket is given as ${socketPort(text)}`,
  )
}
