import { join } from 'node:path'
import { readSystemText, SYSTEM_ROOT } from './system-file.js'

/** Bit of CAP_NET_ADMIN (capabilities(7)). */
const CAP_NET_ADMIN = 12n

/** What keeps this process from making RDMA devices, in words; `null`: nothing. */
export function missingRight(root = SYSTEM_ROOT): string | null {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(
    readSystemText(join(root, 'proc/self/status')) ?? '',
  )?.[1]
  const has = effective !== undefined && ((BigInt(`0x${effective}`) >> CAP_NET_ADMIN) & 1n) === 1n
  if (!has) return 'no right to: it takes CAP_NET_ADMIN'
  // The kernel asks for the right in the initial user namespace (netlink_capable), which maps all numbers to themselves.
  const map = readSystemText(join(root, 'proc/self/uid_map'))
  if (map === null || /^0\s+0\s+4294967295$/.test(map)) return null
  return 'no right to: it takes CAP_NET_ADMIN in the initial user namespace, and this is another'
}
