import { usageError } from '../../errors.js'
import { type CaseParameters, TRANSPORT_NAMES, type TransportName } from '../../plan/case.js'
import { DIRECTIONS, WAITS, WORKLOAD_NAMES } from '../../plan/defaults.js'
import {
  MAX_BUFFER_BYTES,
  MAX_BUSY_POLL_US,
  MAX_DURATION_NS,
  MAX_ITERATIONS,
  MAX_REPETITIONS,
  MAX_STREAMS,
} from '../../plan/limits.js'
import type { PlanRequest } from '../../plan/request.js'
import { MAX_INFLIGHT } from '../../plan/rr.js'
import { UNIX_TYPES } from '../../plan/transports.js'
import type { OptionNames } from '../../run/names.js'
import type { MeasureRequest } from '../../run/request.js'
import { MAX_MESSAGE_BYTES, parseDuration, parseRate, parseSize, parseWhole } from '../../units.js'
import { parseList, parseWord } from '../flags/list.js'
import type { RunFlags } from './flags.js'
import { parsePin } from './pin.js'
import { readQuicFlags, readTlsFlags } from './quic.js'
import { readRdmaFlags } from './rdma.js'
import type { ReadFlag } from './read-flag.js'

/** What the command line asks to be measured. @throws {XrbenchError} exit 2, for the first option that cannot be read */
export function readRunFlags(flags: RunFlags, names: OptionNames): MeasureRequest {
  const read: ReadFlag = (key, parse) => {
    const text = flags[key]
    return typeof text === 'string' ? parse(text, names.label(key)) : undefined
  }
  const time = (min: number) => (text: string, label: string) => parseTime(text, label, min)
  const whole = (min: number, max: number) => (text: string, label: string) =>
    parseWhole(text, label, min, max)

  if (flags.ipv4 && flags.ipv6) {
    throw usageError('XRB_USAGE', '--ipv4 and --ipv6 exclude one another.', 'give one of them')
  }
  return {
    iterations: read('iterations', whole(1, MAX_ITERATIONS)),
    workloads: read('workload', parseWorkloads),
    sizesBytes: read('size', parseSizes),
    responseSizeBytes: read('responseSize', parseOneSize),
    inflight: read('inflight', whole(1, MAX_INFLIGHT)),
    waits: read('wait', (text, label) =>
      parseList(text, label, (item) => parseWord(item, label, 'wait policy', WAITS)),
    ),
    direction: read('direction', (text, label) => parseWord(text, label, 'direction', DIRECTIONS)),
    streams: read('streams', whole(1, MAX_STREAMS)),
    warmupCapNs: read('warmup', time(0)),
    durationNs: read('duration', time(1)),
    intervalNs: read('interval', time(1e6)),
    rateBitsPerSec: read('rate', parsePositiveRate),
    verify: flags.verify === true,
    messageTimeoutNs: read('messageTimeout', time(1)),
    idleTimeoutNs: read('timeout', time(1e6)),
    pin: read<CaseParameters['pin']>('pin', parsePin),
    socket: {
      sendBufferBytes: read('sndbuf', parseBuffer),
      receiveBufferBytes: read('rcvbuf', parseBuffer),
      noDelay: flags.nodelay !== false,
      congestionControl: read('congestion', parseCongestion),
      dscp: read('dscp', whole(0, 63)),
      busyPollUs: read('busyPoll', whole(0, MAX_BUSY_POLL_US)),
      segmentationOffload: flags.gso !== false,
    },
    rdma: readRdmaFlags(flags, (key) => names.label(key), read),
    tls: readTlsFlags(read),
    quic: readQuicFlags(read, flags),
    unixTypes: read('unixType', parseUnixTypes),
    repetitions: read('repeat', whole(1, MAX_REPETITIONS)),
    family: flags.ipv6 ? 6 : 4,
    transports: read('transport', parseTransports) ?? 'all',
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

function parseUnixTypes(text: string, label: string): PlanRequest['unixTypes'] {
  return parseList(text, label, (item) => parseWord(item, label, 'type of socket', UNIX_TYPES))
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
