import { usageError } from '../errors.js'
import { type CaseParameters, TRANSPORT_NAMES, type TransportName } from '../plan/case.js'
import {
  DEFAULT_SOCKET,
  LAB_CONNECT_TIMEOUT_NS,
  LAB_DURATION_NS,
  LAB_IDLE_TIMEOUT_NS,
  LAB_REPETITIONS,
  LAB_WARMUP_CAP_NS,
  WORKLOAD_NAMES,
} from '../plan/defaults.js'
import { MAX_DURATION_NS, MAX_ITERATIONS, MAX_REPETITIONS, MAX_STREAMS } from '../plan/limits.js'
import { DEFAULT_REQUEST, type PlanRequest } from '../plan/request.js'
import { MAX_INFLIGHT } from '../plan/rr.js'
import { MAX_MESSAGE_BYTES, parseDuration, parseRate, parseSize, parseWhole } from '../units.js'
import type { RunFlags } from './commands/run.js'
import { parseList, parseWord } from './list.js'
import { parsePin } from './pin.js'
import { readQuicFlags, readTlsFlags } from './quic-request.js'
import { readRdmaFlags } from './rdma-request.js'

type RequestAnywhere = Omit<PlanRequest, 'transports' | 'place'>

/** What the command line asks for, before it is known what this machine can do. */
export interface RunRequest {
  /** `all`: whatever this machine can do. */
  readonly transports: readonly TransportName[] | 'all'
  readonly plan: RequestAnywhere
  /** The same with the defaults of the lab. */
  readonly labPlan: RequestAnywhere
}

/** How the user set an option, for errors. */
export interface FlagOrigin {
  /** `--size`, or `XRBENCH_SIZE`. */
  label(key: string): string
  /** On the command line itself, not by a variable. */
  isGiven(key: string): boolean
}

const DIRECTIONS = ['up', 'down', 'both'] as const
const WAITS = ['block', 'spin'] as const
const MAX_BUFFER_BYTES = 1024 ** 3

/** @throws {XrbenchError} exit 2, for the first option that cannot be read */
export function readRunFlags(flags: RunFlags, origin: FlagOrigin): RunRequest {
  const read = <T>(
    key: keyof RunFlags,
    parse: (text: string, label: string) => T,
    fallback: T,
  ): T => {
    const text = flags[key]
    return typeof text === 'string' ? parse(text, origin.label(key)) : fallback
  }
  const time = (min: number) => (text: string, label: string) => parseTime(text, label, min)
  const whole = (min: number, max: number) => (text: string, label: string) =>
    parseWhole(text, label, min, max)

  if (flags.duration !== undefined && flags.iterations !== undefined) {
    throw usageError(
      'XRB_USAGE',
      `${origin.label('duration')} and ${origin.label('iterations')} exclude one another.`,
      'give one of them',
    )
  }
  if (flags.ipv4 && flags.ipv6) {
    throw usageError('XRB_USAGE', '--ipv4 and --ipv6 exclude one another.', 'give one of them')
  }
  const iterations = read('iterations', whole(1, MAX_ITERATIONS), 0)
  const plan = {
    workloads: read('workload', parseWorkloads, DEFAULT_REQUEST.workloads),
    sizesBytes: read<readonly number[] | null>('size', parseSizes, null),
    responseSizeBytes: read<number | null>('responseSize', parseOneSize, null),
    inflight: read('inflight', whole(1, MAX_INFLIGHT), DEFAULT_REQUEST.inflight),
    waits: read(
      'wait',
      (text, label) =>
        parseList(text, label, (item) => parseWord(item, label, 'wait policy', WAITS)),
      [...DEFAULT_REQUEST.waits],
    ),
    direction: read(
      'direction',
      (text, label) => parseWord(text, label, 'direction', DIRECTIONS),
      DEFAULT_REQUEST.direction,
    ),
    streams: read('streams', whole(1, MAX_STREAMS), DEFAULT_REQUEST.streams),
    warmupCapNs: read('warmup', time(0), DEFAULT_REQUEST.warmupCapNs),
    durationNs: iterations > 0 ? 0 : read('duration', time(1), DEFAULT_REQUEST.durationNs),
    iterations,
    intervalNs: read('interval', time(1e6), DEFAULT_REQUEST.intervalNs),
    rateBitsPerSec: read('rate', parsePositiveRate, 0),
    verify: flags.verify === true,
    messageTimeoutNs: read('messageTimeout', time(1), DEFAULT_REQUEST.messageTimeoutNs),
    idleTimeoutNs: read('timeout', time(1e6), DEFAULT_REQUEST.idleTimeoutNs),
    connectTimeoutNs: DEFAULT_REQUEST.connectTimeoutNs,
    pin: read<CaseParameters['pin']>('pin', parsePin, 'auto'),
    socket: {
      ...DEFAULT_SOCKET,
      sendBufferBytes: read<number | null>('sndbuf', parseBuffer, null),
      receiveBufferBytes: read<number | null>('rcvbuf', parseBuffer, null),
      noDelay: flags.nodelay !== false,
      congestionControl: read<string | null>('congestion', parseCongestion, null),
      dscp: read<number | null>('dscp', whole(0, 63), null),
      busyPollUs: read<number | null>('busyPoll', whole(0, 1_000_000), null),
      segmentationOffload: flags.gso !== false,
    },
    rdma: readRdmaFlags(flags, (key) => origin.label(key), read),
    tls: readTlsFlags(read),
    quic: readQuicFlags(read, {
      verify: flags.verify === true,
      retry: flags.quicRetry === true,
      pacing: flags.quicPacing === true,
      nullCrypto: flags.quicNullCrypto === true,
    }),
    repetitions: read('repeat', whole(1, MAX_REPETITIONS), DEFAULT_REQUEST.repetitions),
    family: flags.ipv6 ? (6 as const) : (4 as const),
  }
  if (plan.messageTimeoutNs >= plan.idleTimeoutNs) {
    throw usageError(
      'XRB_USAGE',
      `${origin.label('messageTimeout')} has to be shorter than ${origin.label('timeout')}, or one loss would end a repetition.`,
      'for example --message-timeout 1s --timeout 5s',
    )
  }
  const transports = read('transport', parseTransports, 'all' as const)
  return { transports, plan, labPlan: { ...plan, ...labDefaults(flags) } }
}

/** What is otherwise in the lab, where the user did not say. */
function labDefaults(flags: RunFlags): Partial<RequestAnywhere> {
  const isLengthGiven = flags.duration !== undefined || flags.iterations !== undefined
  return {
    connectTimeoutNs: LAB_CONNECT_TIMEOUT_NS,
    ...(isLengthGiven ? {} : { durationNs: LAB_DURATION_NS }),
    ...(flags.warmup === undefined ? { warmupCapNs: LAB_WARMUP_CAP_NS } : {}),
    ...(flags.timeout === undefined ? { idleTimeoutNs: LAB_IDLE_TIMEOUT_NS } : {}),
    ...(flags.repeat === undefined ? { repetitions: LAB_REPETITIONS } : {}),
  }
}

function parseTransports(text: string, label: string): readonly TransportName[] | 'all' {
  const names = parseList(text, label, (item) =>
    parseWord(item, label, 'transport', [...TRANSPORT_NAMES, 'all'], 'XRB_UNKNOWN_TRANSPORT'),
  )
  if (!names.includes('all')) return names as TransportName[]
  if (names.length === 1) return 'all'
  throw usageError('XRB_BAD_LIST', `${label}: 'all' stands alone.`, '--transport all')
}

function parseWorkloads(text: string, label: string): readonly PlanRequest['workloads'][number][] {
  return parseList(text, label, (item) =>
    parseWord(item, label, 'workload', WORKLOAD_NAMES, 'XRB_UNKNOWN_WORKLOAD'),
  )
}

function parseSizes(text: string, label: string): number[] {
  return parseList(text, label, (item) => parseOneSize(item, label))
}

function parseOneSize(text: string, label: string): number {
  const bytes = parseSize(text, label)
  if (bytes >= 1 && bytes <= MAX_MESSAGE_BYTES) return bytes
  throw usageError(
    'XRB_BAD_SIZE',
    `${label}: a message has 1 B to 64 MiB, so '${text}' cannot be measured.`,
    `${label} ${bytes < 1 ? '1' : '64MiB'}`,
  )
}

function parseTime(text: string, label: string, min: number): number {
  const ns = parseDuration(text, label)
  if (ns >= min && ns <= MAX_DURATION_NS) return ns
  const sentence =
    ns === 0 ? `${label} has to be longer than 0.` : `${label}: '${text}' is outside 1ms to 24h.`
  throw usageError('XRB_BAD_DURATION', sentence, 'for example 500ms, 3s or 1m')
}

function parsePositiveRate(text: string, label: string): number {
  const rate = parseRate(text, label)
  if (rate > 0) return rate
  throw usageError('XRB_BAD_RATE', `${label} has to be more than 0.`, 'leave it out for no limit')
}

function parseBuffer(text: string, label: string): number {
  const bytes = parseSize(text, label)
  if (bytes >= 1 && bytes <= MAX_BUFFER_BYTES) return bytes
  throw usageError('XRB_BAD_SIZE', `${label}: '${text}' is outside 1 B to 1 GiB.`, `${label} 4M`)
}

function parseCongestion(text: string, label: string): string {
  if (/^[A-Za-z0-9_-]{1,15}$/.test(text)) return text
  throw usageError(
    'XRB_BAD_WORD',
    `${label}: '${text}' is not the name of a congestion control.`,
    'see sysctl net.ipv4.tcp_available_congestion_control',
  )
}
