import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Explanation, vlan } from './explain-link.js'
import { isLoopbackAddress } from './gid-address.js'
import { defaultRouteNetdev, type NetdevAddress, netdevOf, ownAddresses } from './route.js'
import { readNames, SYSTEM_ROOT } from './system-file.js'

/** The network device for a SoftRoCE device: the one that has `source`; without, that of the default route, else the first with an address. */
export function softRocePlace(
  source: string | null,
  family: 4 | 6 | 0,
): NetdevAddress | Explanation {
  if (source !== null && !isLoopbackAddress(source)) {
    const netdev = netdevOf(source)
    if (netdev !== null) return { netdev, address: source }
    return { reason: `no network device has ${source}`, hint: 'ip address' }
  }
  const all = ownAddresses(family)
  const first = all.find(({ netdev }) => netdev === defaultRouteNetdev()) ?? all[0]
  if (first !== undefined) return first
  const kind = family === 0 ? 'an' : `an IPv${family}`
  return {
    reason: `no network device but loopback is up and has ${kind} address`,
    hint: 'sudo ip link set eth0 up && sudo ip address add 192.0.2.1/24 dev eth0',
  }
}

/** Why no SoftRoCE device belongs on `netdev`; `null`: it may have one. */
export function unfitNetdev(netdev: string, root = SYSTEM_ROOT): Explanation | null {
  const nic = readNames(join(root, 'sys/class/net', netdev, 'device/infiniband'))[0]
  if (nic !== undefined) {
    return {
      reason: `${netdev} belongs to the RDMA NIC ${nic}`,
      hint: `mend ${nic} instead: rdma link show ${nic}`,
    }
  }
  return existsSync(join(root, 'proc/net/vlan', netdev)) ? vlan(netdev) : null
}
