import { spawnSync } from 'node:child_process'
import { usageError } from '../errors.js'
import { findProgram } from './find-program.js'
import { labLacks } from './requirements.js'
import { shellWords } from './shell-words.js'

/** A guest's addresses on the wire. */
interface GuestAddress {
  ipv4: string
  ipv6: string
  mac: string
}

/** Name of the network device of the wire, and of the SoftRoCE device on it, in every guest. */
const WIRE_DEVICE = 'eth0'
const RDMA_DEVICE = 'rxe0'

export function guestAddress(guest: number): GuestAddress {
  return { ipv4: `10.77.0.${guest}`, ipv6: `fd77::${guest}`, mac: `52:54:00:77:00:0${guest}` }
}

interface WireOptions {
  /** This guest, 1 or 2. */
  guest: number
  guests: 1 | 2
  /** Words of tc-netem(8). */
  netem: readonly string[]
  programs: WirePrograms
}

/** Paths of the programs of iproute2, the same in the guest; busybox's of these names know no pairs, no netem and no RDMA. */
export interface WirePrograms {
  ip: string
  tc: string
  rdma: string
}

/** @throws {XrbenchError} `XRB_LAB_MISSING` (exit 3) */
export function findWirePrograms(): WirePrograms {
  const find = (name: string) => {
    const path = findProgram(name)
    if (path === null) throw labLacks(`there is no ${name} of iproute2`, ['iproute2'])
    return path
  }
  return { ip: find('ip'), tc: find('tc'), rdma: find('rdma') }
}

/** What a guest does to be on the wire. A single guest has a pair of virtual Ethernet devices in place of it. */
export function wireScript({ guest, guests, netem, programs }: WireOptions): string {
  const { ipv4, ipv6 } = guestAddress(guest)
  const device = WIRE_DEVICE
  return `hostname lab${guest}
ip link set lo up
${guests === 1 ? pairScript(programs.ip) : ''}
sysctl -q -w net.ipv6.conf.${device}.accept_dad=0 net.ipv6.conf.${device}.accept_ra=0 || true
ip addr add ${ipv4}/24 dev ${device}
ip link set ${device} up
ip addr add ${ipv6}/64 dev ${device}
${netem.length === 0 ? '' : `${programs.tc} qdisc add dev ${device} root netem ${shellWords(netem)}`}
${programs.rdma} link add ${RDMA_DEVICE} type rxe netdev ${device}
`
}

function pairScript(ip: string): string {
  return `${ip} link add ${WIRE_DEVICE} type veth peer name ${WIRE_DEVICE}-end
ip link set ${WIRE_DEVICE}-end up`
}

/** Options of netem that take no file of the host. */
const NETEM_WORD = /^[a-z0-9.%]+$/i
const NETEM_FIRST =
  /^(delay|loss|duplicate|corrupt|reorder|rate|limit|gap|slot|ecn|distribution|random|state|gemodel)$/

/** tc reads all words before it looks for the device: one that cannot be makes it judge them and change nothing. */
const NO_DEVICE = 'xrbench-nowhere'

/**
 * The words of `--netem`, as `delay 5ms loss 1%`; tc itself judges them, where it is.
 * @throws {XrbenchError} `XRB_BAD_NETEM` (exit 2)
 */
export function parseNetem(text: string, label: string): string[] {
  const words = text.trim().split(/\s+/)
  const isPlain = NETEM_FIRST.test(words[0] ?? '') && words.every((word) => NETEM_WORD.test(word))
  const objection = isPlain ? objectionOfTc(words) : null
  if (isPlain && objection === null) return words
  throw usageError(
    'XRB_BAD_NETEM',
    `${label}: '${text}' is not what tc-netem takes${objection === null ? '' : `: ${objection}`}.`,
    `${label} 'delay 5ms loss 1%'`,
  )
}

/** What tc has against the words; `null`: nothing, or it is not there to ask. */
function objectionOfTc(words: readonly string[]): string | null {
  const tc = findProgram('tc')
  if (tc === null) return null
  const args = ['qdisc', 'add', 'dev', NO_DEVICE, 'root', 'netem', ...words]
  const { stderr } = spawnSync(tc, args, { encoding: 'utf8', timeout: 5_000 })
  if ((stderr ?? '').includes(`"${NO_DEVICE}"`)) return null
  return stderr?.trim().split('\n', 1)[0]?.replace(/\.$/, '') || null
}
