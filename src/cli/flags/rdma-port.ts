import type { OwnRdmaPort } from '../../addon/addon.js'
import { loadAddon } from '../../addon/load.js'
import { environmentError, usageError } from '../../errors.js'
import { RDMA } from '../../options/rdma.js'
import { parseWhole } from '../../units.js'
import { parseValue } from './value.js'

/** What `run` and `serve` have in common, as text. */
export interface RdmaPortTexts {
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

/**
 * A device that was named has to be here.
 * @throws {XrbenchError} `XRB_NO_RDMA_DEVICE` (exit 3)
 */
export function checkRdmaDevice(device: string | null, label: string): void {
  if (device === null) return
  const { ports, problem } = loadAddon().rdmaDevices()
  const names = [...new Set(ports.map((port) => port.device))]
  if (names.includes(device)) return
  const there = names.length > 0 ? `there is ${names.join(', ')}` : (problem?.message ?? 'none')
  throw environmentError(
    'XRB_NO_RDMA_DEVICE',
    `${label}: there is no RDMA device named ${device} here (${there}).`,
    'xrbench doctor',
  )
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
