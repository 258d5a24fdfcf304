import { isIP } from 'node:net'
import type { NativeFault } from '../addon/addon.js'
import { EXIT_CODES, type ExitCode } from '../errors.js'

/** What a fault of the addon's is called to a user, and what to try. */
export interface FaultMeaning {
  code: `XRB_${string}`
  exitCode: ExitCode
  hint: string | null
}

type Hint = (fault: Pick<NativeFault, 'message' | 'errno'>) => string | null

/** Faults of finding a device and its address, whose hint depends on what was found. */
const HINTS: Readonly<Record<string, { code: `XRB_${string}`; hint: Hint }>> = {
  RDMA_NOT_BUILT: {
    code: 'XRB_RDMA_UNAVAILABLE',
    hint: () => 'sudo apt-get install libibverbs-dev && npm run setup',
  },
  RDMA_NO_LIBRARY: {
    code: 'XRB_RDMA_UNAVAILABLE',
    hint: () =>
      'sudo apt-get install libibverbs1 ibverbs-providers   (Fedora, RHEL: sudo dnf install libibverbs)',
  },
  // All ways to a device are told there.
  RDMA_NO_DEVICE: { code: 'XRB_RDMA_UNAVAILABLE', hint: () => 'xrbench doctor' },
  RDMA_NO_UVERBS: { code: 'XRB_RDMA_UNAVAILABLE', hint: () => 'sudo modprobe ib_uverbs' },
  RDMA_NODE_MISSING: {
    code: 'XRB_RDMA_UNAVAILABLE',
    hint: ({ message }) => `start the container with --device=${nodeIn(message)}`,
  },
  RDMA_NODE_ACCESS: {
    code: 'XRB_RDMA_UNAVAILABLE',
    hint: ({ message }) => `sudo chmod a+rw ${nodeIn(message)}, or join the group that owns it`,
  },
  RDMA_NO_PROVIDER: {
    code: 'XRB_RDMA_UNAVAILABLE',
    hint: () =>
      'sudo apt-get install ibverbs-providers; IBV_SHOW_WARNINGS=1 ibv_devices says what is missing',
  },
  RDMA_UNAVAILABLE: { code: 'XRB_RDMA_UNAVAILABLE', hint: () => 'xrbench doctor' },
  RDMA_PORT_DOWN: { code: 'XRB_RDMA_PORT', hint: ({ message }) => hintForPort(message) },
  RDMA_NO_GID: { code: 'XRB_RDMA_GID', hint: ({ message }) => hintForGid(message) },
  RDMA_MEMLOCK: {
    code: 'XRB_MEMLOCK',
    hint: () =>
      'ulimit -l unlimited   (in a container: --ulimit memlock=-1; for good: /etc/security/limits.conf)',
  },
}

/** `null` for faults of another kind. */
export function explainRdmaFault(fault: NativeFault): FaultMeaning | null {
  const found = HINTS[fault.code]
  if (found === undefined) return null
  return { code: found.code, exitCode: EXIT_CODES.environment, hint: found.hint(fault) }
}

/**
 * A network device as it may become part of a command that is pasted: a fault may be one that the other end tells, and its words anything. No longer than
 * Linux has it (IFNAMSIZ), no option, and nothing that a shell obeys.
 */
const NETDEV = String.raw`[\w.:@][\w.:@-]{0,14}`
const DOWN = new RegExp(String.raw`\((${NETDEV}) is down\)`)
const UNPLUGGED = new RegExp(String.raw`\((${NETDEV}) has no carrier\)`)
const WANTED_ADDRESS = /source address ([\da-f.:]+)(?:%\S+)?(?: on |;|$)/i
const ON_NETDEV = new RegExp(` on (${NETDEV});`)

/** What brings a port up, by the words for its state: `down (eth1 is down)`, `init (no subnet manager …)`. */
export function hintForPort(state: string): string {
  const down = DOWN.exec(state)?.[1]
  if (down !== undefined) return `sudo ip link set ${down} up`
  const unplugged = UNPLUGGED.exec(state)?.[1]
  if (unplugged !== undefined) return `look at cable and switch: ethtool ${unplugged}`
  if (state.includes('no subnet manager')) return 'sudo opensm   (on one machine of the fabric)'
  return 'rdma link show'
}

function hintForGid(message: string): string {
  const address = WANTED_ADDRESS.exec(message)?.[1] ?? ''
  const netdev = ON_NETDEV.exec(message)?.[1]
  if (isIP(address) === 0 || netdev === undefined)
    return 'choose one of these with --device and --gid-index'
  const isOwn = address.startsWith('127.') || address === '::1'
  return isOwn
    ? `sudo ip address add 192.0.2.1/24 dev ${netdev}   (any address of yours)`
    : `sudo ip address add ${address}/${address.includes(':') ? 64 : 24} dev ${netdev}, or choose with --device and --gid-index`
}

function nodeIn(message: string): string {
  return /\/dev\/infiniband\/uverbs\d+/.exec(message)?.[0] ?? '/dev/infiniband/uverbs0'
}
