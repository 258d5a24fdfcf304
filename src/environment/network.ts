import { networkInterfaces } from 'node:os'
import { basename } from 'node:path'
import type { Environment, NetworkDevice } from '../results/schema/schema.js'
import { ethtoolFacts } from './ethtool.js'
import { captureInterrupts } from './interrupts.js'
import { countOf, type MachineFiles, machineFiles } from './machine-files.js'

/** The interface that has `address`, and how it is set: /sys/class/net, and what ethtool(8) shows. */
export function captureNetwork(
  files: MachineFiles,
  address: string | undefined,
): Environment['network'] {
  if (address === undefined) return { address: null, device: null }
  const name = interfaceOf(address)
  const device = name === null ? null : captureDevice(files, name)
  return { address: address.slice(0, 256), device }
}

/** Name of the interface that has this numeric address. */
export function interfaceOf(address: string): string | null {
  const [plain = '', zone] = address.replace(/^::ffff:(?=\d+\.)/i, '').split('%', 2)
  // One link-local address can be on several interfaces.
  const found = Object.entries(networkInterfaces()).find(
    ([name, addresses]) =>
      (zone === undefined || zone === name) && addresses?.some((one) => one.address === plain),
  )
  if (found !== undefined) return found[0]
  // All of 127.0.0.0/8 is on loopback, though only 127.0.0.1 is listed.
  return plain.startsWith('127.') ? 'lo' : null
}

/** How fast the link is that has this numeric address, bits per second; `null`: it has no speed, or does not tell. */
export function linkBitsPerSec(
  address: string,
  files: MachineFiles = machineFiles(),
): number | null {
  const name = interfaceOf(address)
  const mbps = name === null ? null : countOf(files.text(`/sys/class/net/${name}/speed`))
  return mbps === null || mbps === 0 ? null : mbps * 1e6
}

/** One network interface by name. */
export function captureDevice(files: MachineFiles, name: string): NetworkDevice {
  const folder = `/sys/class/net/${name}`
  const driver = files.target(`${folder}/device/driver`)
  const bus = files.target(`${folder}/device`)
  const queues = files.names(`${folder}/queues`)
  const count = (field: string) => countOf(files.text(`${folder}/${field}`))
  return {
    name: name.slice(0, 64),
    kind: kindOf(files, folder, bus),
    driver: driver === null ? null : basename(driver),
    ...ethtoolFacts(name),
    busAddress: bus === null ? null : basename(bus).slice(0, 64),
    macAddress: files.text(`${folder}/address`),
    numaNode: count('device/numa_node'),
    mtuBytes: count('mtu'),
    speedMbps: count('speed'),
    duplex: files.text(`${folder}/duplex`, 64),
    receiveQueues: queues.filter((queue) => queue.startsWith('rx-')).length || null,
    transmitQueues: queues.filter((queue) => queue.startsWith('tx-')).length || null,
    transmitQueueLength: count('tx_queue_len'),
    interruptCpus: captureInterrupts(files, folder),
  }
}

/** Link type of loopback, ARPHRD_LOOPBACK of linux/if_arp.h. */
const LOOPBACK_TYPE = 772

function kindOf(files: MachineFiles, folder: string, bus: string | null): NetworkDevice['kind'] {
  if (files.int(`${folder}/type`) === LOOPBACK_TYPE) return 'loopback'
  return bus === null ? 'virtual' : 'physical'
}
