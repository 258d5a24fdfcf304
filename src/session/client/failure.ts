import { constants } from 'node:os'
import type { NativeFault } from '../../addon/addon.js'
import { EXIT_CODES, type ExitCode, XrbenchError } from '../../errors.js'
import { harmless, saidByAgent } from '../../foreign.js'
import type { EndReport, RepetitionReport } from '../../results/repetition/report.js'
import { transportFaultMeaning } from '../../transports/fault-meaning.js'
import { PROCESS_DIED, PROCESS_SILENT } from '../endpoint/process.js'
import type { AgentMessage } from '../wire/agent-messages.js'

const { EAGAIN, EMFILE, ENFILE, ENOMEM } = constants.errno

export type Failure = NonNullable<RepetitionReport['failure']>

interface Meaning {
  code: `XRB_${string}`
  exitCode: ExitCode
  hint: string | null
}

/** Where a session gets through, and data does not: behind a published port, NAT or a firewall. */
const OPEN_PORTS =
  'start the agent with --data-ports 28471-28480, and let those ports through, TCP and UDP'

/** What came is nothing that the other end of a measurement sends. */
const NOT_A_PEER: Meaning = {
  code: 'XRB_PROTOCOL',
  exitCode: EXIT_CODES.peer,
  hint: 'run the same version of xrbench at both ends; where it is, something between them changes what is sent',
}

/** What the addon's codes mean to a user, where the transport itself has no more to say; others are failures of a system call. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  ADDRESS_IN_USE: {
    code: 'XRB_PORT_TAKEN',
    exitCode: EXIT_CODES.environment,
    hint: 'ss -tulpn, to see who has it',
  },
  NO_MEMORY: {
    code: 'XRB_MEMORY',
    exitCode: EXIT_CODES.environment,
    hint: 'use a smaller --size or fewer --streams',
  },
  UNSUPPORTED: {
    code: 'XRB_UNSUPPORTED',
    exitCode: EXIT_CODES.environment,
    hint: 'xrbench doctor',
  },
  BAD_SPEC: { code: 'XRB_BAD_SPEC', exitCode: EXIT_CODES.usage, hint: null },
  CONNECT_TIMEOUT: {
    code: 'XRB_CONNECT',
    exitCode: EXIT_CODES.peer,
    hint: `look whether a firewall drops traffic between the two ends; ${OPEN_PORTS}`,
  },
  CONNECT_REFUSED: {
    code: 'XRB_CONNECT',
    exitCode: EXIT_CODES.peer,
    hint: `look whether a firewall refuses traffic between the two ends; ${OPEN_PORTS}`,
  },
  NO_ROUTE: {
    code: 'XRB_NO_ROUTE',
    exitCode: EXIT_CODES.peer,
    hint: `ip route get ADDRESS; where that is right, a firewall answers so: ${OPEN_PORTS}`,
  },
  NO_DATA_PORT: {
    code: 'XRB_DATA_PORTS',
    exitCode: EXIT_CODES.peer,
    hint: 'ss -tulpn there, to see who has them; or give xrbench serve more --data-ports',
  },
  STALLED: {
    code: 'XRB_STALLED',
    exitCode: EXIT_CODES.measurement,
    hint: 'look whether the other end is stopped, or the path down',
  },
  PEER_CLOSED: {
    code: 'XRB_PEER_CLOSED',
    exitCode: EXIT_CODES.measurement,
    hint: 'look whether something between the two ends cuts connections, and at what the peer printed',
  },
  RDMA_SETUP: { code: 'XRB_RDMA', exitCode: EXIT_CODES.environment, hint: 'xrbench doctor' },
  RDMA_NO_ROUTE: {
    code: 'XRB_RDMA_NO_ROUTE',
    exitCode: EXIT_CODES.peer,
    hint: 'ping the peer from the RDMA device’s address, and choose GIDs of one kind at both ends with --gid-index',
  },
  RDMA_BAD_ADDRESS: {
    code: 'XRB_RDMA_ADDRESS',
    exitCode: EXIT_CODES.environment,
    hint: 'choose GIDs of one kind and type (RoCE v2) at both ends with --gid-index; xrbench doctor lists them',
  },
  RDMA_GID_MISMATCH: {
    code: 'XRB_RDMA_GID',
    exitCode: EXIT_CODES.environment,
    hint: 'leave out --gid-index, or name GIDs of one kind at both ends; xrbench doctor lists them',
  },
  RDMA_FOREIGN_GID: {
    code: 'XRB_RDMA_HOST',
    exitCode: EXIT_CODES.peer,
    hint: 'reach the agent by the address of its RDMA device: --peer ADDRESS; or name the GID of each end: --gid-index',
  },
  RDMA_NO_ACK: {
    code: 'XRB_RDMA_NO_ACK',
    exitCode: EXIT_CODES.measurement,
    hint: 'look whether the peer is still there, then whether a firewall drops UDP port 4791, then try a smaller MTU on the path',
  },
  RDMA_NO_RECEIVE: {
    code: 'XRB_RDMA_NO_RECEIVE',
    exitCode: EXIT_CODES.measurement,
    hint: 'use a larger --rx-depth',
  },
  RDMA_REMOTE_ACCESS: {
    code: 'XRB_RDMA_REMOTE_ACCESS',
    exitCode: EXIT_CODES.measurement,
    hint: null,
  },
  RDMA_REMOTE_REQUEST: {
    code: 'XRB_RDMA_REMOTE_REQUEST',
    exitCode: EXIT_CODES.measurement,
    hint: null,
  },
  RDMA_LOCAL_KEY: {
    code: 'XRB_RDMA_LOCAL_KEY',
    exitCode: EXIT_CODES.measurement,
    hint: null,
  },
  RDMA_LENGTH: { code: 'XRB_RDMA_LENGTH', exitCode: EXIT_CODES.measurement, hint: null },
  RDMA_FLUSHED: {
    code: 'XRB_RDMA_FLUSHED',
    exitCode: EXIT_CODES.measurement,
    hint: 'dmesg | tail',
  },
  RDMA_DEVICE_FAILED: {
    code: 'XRB_RDMA_DEVICE_FAILED',
    exitCode: EXIT_CODES.measurement,
    hint: 'dmesg | tail',
  },
  RDMA_CM: {
    code: 'XRB_RDMA_CM',
    exitCode: EXIT_CODES.peer,
    hint: '--connect-by exchange; or try rping between the two ends (apt install rdmacm-utils)',
  },
  RDMA_CM_NO_LIBRARY: {
    code: 'XRB_RDMA_CM_UNAVAILABLE',
    exitCode: EXIT_CODES.environment,
    hint: 'apt install librdmacm1, or --connect-by exchange',
  },
  RDMA_COMPLETION: {
    code: 'XRB_RDMA_COMPLETION',
    exitCode: EXIT_CODES.measurement,
    hint: 'dmesg | tail',
  },
  RDMA_ASYNC: { code: 'XRB_RDMA_EVENT', exitCode: EXIT_CODES.measurement, hint: 'dmesg | tail' },
  TLS_PIN: {
    code: 'XRB_TLS_PIN',
    exitCode: EXIT_CODES.peer,
    hint: 'something between the two ends answers in place of the other one',
  },
  TLS: {
    code: 'XRB_TLS',
    exitCode: EXIT_CODES.peer,
    hint: 'try another --cipher, and the same version of xrbench at both ends',
  },
  QUIC: {
    code: 'XRB_QUIC',
    exitCode: EXIT_CODES.measurement,
    hint: 'look whether something between the two ends changes UDP packets; --transport tls does without them',
  },
  PATH_MTU: {
    code: 'XRB_PATH_MTU',
    exitCode: EXIT_CODES.environment,
    hint: 'ip link, to see each device’s MTU; or --transport tcp, which does with less. Of datagrams: a smaller --size, or --quic-messages stream',
  },
  BAD_BLOB: NOT_A_PEER,
  BAD_MESSAGE: NOT_A_PEER,
  DATA_MISMATCH: { code: 'XRB_DATA_MISMATCH', exitCode: EXIT_CODES.measurement, hint: null },
  THREAD: { code: 'XRB_THREAD', exitCode: EXIT_CODES.environment, hint: 'ulimit -u' },
}

/** What one end sees because the other failed: never the root of it when there is something else. */
const CONSEQUENCES = new Set([
  'STALLED',
  'PEER_CLOSED',
  'STOPPED',
  'CONNECT_TIMEOUT',
  'RDMA_NO_ACK',
  'RDMA_FLUSHED',
])

/** The agent does not do what it was asked for, and is not going to. */
export class Refusal extends XrbenchError {}

export function failureFrom(error: XrbenchError): Failure {
  const { code, exitCode, message, hint } = error
  const isRefusal = error instanceof Refusal
  return { code, exitCode, message, hint: hint ?? null, ...(isRefusal && { isRefusal }) }
}

/** The agent's own words, told as such: a hint of its may not be pasted. */
export function toldBy({ type, code, message, hint }: Extract<AgentMessage, { code: string }>) {
  const kind = type === 'refused' ? Refusal : XrbenchError
  const details = hint === null ? {} : { hint: saidByAgent(hint) }
  return new kind(code, EXIT_CODES.peer, saidByAgent(message), details)
}

/**
 * The one fault to tell the user of, of those at both ends; `null` when there is none.
 * @param measured all that was to be measured has been: an end that then saw the other leave has not failed
 * @param isOneMachine both ends are on this one: what the server lacks, this machine does
 */
export function rootFailure(
  client: EndReport,
  server: EndReport,
  measured: boolean,
  isOneMachine = false,
): Failure | null {
  const found = [
    { side: 'client' as const, fault: faultOf(client) },
    { side: 'server' as const, fault: faultOf(server) },
  ].flatMap(({ side, fault }) => (fault === null ? [] : [{ side, fault }]))
  const cause =
    found.find(({ fault }) => shortageOf(fault) !== null) ??
    found.find(({ fault }) => fault.code === PROCESS_DIED || fault.code === PROCESS_SILENT) ??
    found.find(({ fault }) => !CONSEQUENCES.has(fault.code))
  // An end that gave up waiting has closed: what the other saw then is the consequence of a consequence.
  const first = found.find(({ fault }) => fault.code !== 'PEER_CLOSED') ?? found[0]
  const root = measured ? cause : (cause ?? first)
  return root === undefined ? null : describe(root.side, root.fault, isOneMachine)
}

function faultOf(end: EndReport): NativeFault | null {
  const fault = end.fault ?? end.outcome?.fault ?? null
  if (fault !== null || end.outcome?.status !== 'peer-closed') return fault
  return {
    code: 'PEER_CLOSED',
    op: 'recv',
    errno: 0,
    message: 'the other end closed the connection',
  }
}

/** What a machine has run out of, whoever asked for it. */
function shortageOf({ code, op, errno }: NativeFault): Omit<Meaning, 'exitCode'> | null {
  if (errno === EMFILE || errno === ENFILE)
    return { code: 'XRB_DESCRIPTORS', hint: 'ulimit -n 1024' }
  if (code !== PROCESS_DIED || op !== 'process') return null
  if (errno === ENOMEM) return { code: 'XRB_MEMORY', hint: 'free -m' }
  if (errno !== EAGAIN) return null
  return {
    code: 'XRB_PROCESSES',
    hint: 'ulimit -u; in a container, the pids.max of its cgroup too',
  }
}

function describe(side: 'client' | 'server', fault: NativeFault, isOneMachine: boolean): Failure {
  const isHere = side === 'client' || isOneMachine
  // Of a QUIC connection that was closed, the reason is the peer's.
  const words = harmless(fault.message)
  const message =
    side === 'client' ? `At the client, ${words}.` : saidByAgent(`at the server, ${words}.`)
  const shortage = shortageOf(fault)
  if (shortage !== null) {
    const meaning = { ...shortage, exitCode: EXIT_CODES.environment }
    return { ...lackedBy(isHere, meaning), message }
  }
  if (fault.code === PROCESS_DIED || fault.code === PROCESS_SILENT) {
    const died = fault.code === PROCESS_DIED
    const hint = died
      ? `dmesg | tail, at the ${side}: the kernel ends processes where memory runs out`
      : `look whether the ${side} is stopped or overloaded: top`
    if (side === 'client') {
      const code = died ? 'XRB_ENDPOINT_LOST' : 'XRB_ENDPOINT_SILENT'
      return { code, exitCode: EXIT_CODES.measurement, message, hint }
    }
    const code = died ? 'XRB_PEER_LOST' : 'XRB_PEER_SILENT'
    return { code, exitCode: EXIT_CODES.peer, message, hint }
  }
  // A hint of ours has none of the agent's words in it.
  const known = side === 'client' ? fault : { ...fault, message: '' }
  const meaning = transportFaultMeaning(known) ??
    MEANINGS[fault.code] ?? {
      code: 'XRB_SOCKET' as const,
      exitCode: EXIT_CODES.measurement,
      hint: null,
    }
  return { ...lackedBy(isHere, meaning), message }
}

/** What another machine lacks is a fault of the peer's, and to be mended there. */
function lackedBy(isHere: boolean, meaning: Meaning): Meaning {
  const { code, exitCode, hint } = meaning
  if (isHere || exitCode !== EXIT_CODES.environment) return meaning
  return { code, exitCode: EXIT_CODES.peer, hint: hint && `at the agent: ${hint}` }
}
