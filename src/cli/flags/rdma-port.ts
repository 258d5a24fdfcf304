import type { OwnRdmaPort } from '../../addon/addon.js'
import { loadAddon } from '../../addon/load.js'
import { environmentError, usageError } from '../../errors.js'
import { parseWhole } from '../../units.js'

/** What `run` and `serve` have in common, as text. */
export interface RdmaPortTexts {
  device?: string | undefined
  port?: string | undefined
  gidIndex?: string | undefined
}

const MAX_PORT = 255
const MAX_GID_INDEX = 65_535

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
  return {
    device: device === undefined ? null : parseDevice(device, label('device')),
    port: port === undefined ? null : parsePort(port, label('port'), socketPort),
    gidIndex:
      gidIndex === undefined ? null : parseWhole(gidIndex, label('gidIndex'), 0, MAX_GID_INDEX),
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

function parseDevice(text: string, label: string): string {
  if (/^[A-Za-z0-9_.-]{1,63}$/.test(text)) return text
  throw usageError(
    'XRB_BAD_WORD',
    `${label}: '${text}' is not the name of an RDMA device.`,
    'ls /sys/class/infiniband',
  )
}

function parsePort(text: string, label: string, socketPort: (port: string) => string): number {
  const port = parseWhole(text, label, 1, 65_535)
  if (port <= MAX_PORT) return port
  throw usageError(
    'XRB_BAD_NUMBER',
    `${label}: the ports of an RDMA device are 1 to ${MAX_PORT}, so ${text} is none.`,
    `${label} 1; a port of a socket is given as ${socketPort(text)}`,
  )
}
