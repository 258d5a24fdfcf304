import { loadAddon } from '../addon/load.js'
import { environmentError } from '../errors.js'

/**
 * A device that was named has to be here: clients would else be told of it one by one.
 * @throws {XrbenchError} `XRB_NO_RDMA_DEVICE` (exit 3)
 */
export function refuseMissingDevice(device: string | null, label: string): void {
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
