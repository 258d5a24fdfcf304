import type { QuicMessages, QuicOptions, UnixType, WorkloadName } from '../addon/addon.js'
import { usageError } from '../errors.js'
import { QUIC_DATAGRAM_OVERHEAD_BYTES } from '../options/quic.js'
import { runsOverMessages } from '../options/workloads.js'
import { formatDuration, formatRate, MAX_MESSAGE_BYTES } from '../units.js'
import type { CaseParameters } from './case.js'
import type { TransportName } from './transports.js'

/** Largest UDP payload: 65,535 less the headers that count against it (RFC 768, RFC 791, RFC 8200). */
const MAX_DATAGRAM_BYTES = { 4: 65_507, 6: 65_527 } as const
/** A packet of AF_UNIX has to fit the send buffer of its socket: by default 212,992 B (net.core.wmem_default), of which the kernel keeps 32 back. */
const MAX_SEQPACKET_BYTES = 212_960
/** In front of a message of a message link, native/workload/message_head.h. */
export const MESSAGE_HEAD_BYTES = 40
/** … and of each packet that it is cut into. */
export const FRAGMENT_HEAD_BYTES = 16
export const MAX_CASES = 1000

/** @throws {XrbenchError} `XRB_BAD_SIZE` when `transport` cannot carry a message of `bytes` of `workload`: those of a message link may be many datagrams */
export function checkSize(
  transport: TransportName,
  workload: WorkloadName,
  bytes: number,
  family: 4 | 6,
): void {
  if (bytes < 1) {
    throw usageError(
      'XRB_BAD_SIZE',
      'A message has at least 1 byte, so --size 0 cannot be measured.',
      '--size 1',
    )
  }
  if (bytes > MAX_MESSAGE_BYTES) {
    throw usageError(
      'XRB_BAD_SIZE',
      `A message of ${thousands(bytes)} B is above the limit of 64 MiB.`,
      '--size 64MiB',
    )
  }
  const limit = MAX_DATAGRAM_BYTES[family]
  if (transport === 'udp' && !runsOverMessages(workload) && bytes > limit) {
    throw usageError(
      'XRB_BAD_SIZE',
      `A message of ${thousands(bytes)} B does not fit a UDP datagram, which carries at most ${thousands(limit)} B over IPv${family}.`,
      `--size ${limit}, or leave UDP out: --transport tcp`,
    )
  }
}

/** @throws {XrbenchError} `XRB_BAD_RATE` when at its rate not one message of a stream is due in the measured time */
export function checkRate({
  rateBitsPerSec,
  messageSizeBytes,
  durationNs,
}: Pick<CaseParameters, 'rateBitsPerSec' | 'messageSizeBytes' | 'durationNs'>): void {
  if (rateBitsPerSec === 0 || durationNs === 0) return
  const intervalNs = (messageSizeBytes * 8e9) / rateBitsPerSec
  if (intervalNs <= durationNs) return
  const least = Math.ceil((messageSizeBytes * 8e9) / durationNs)
  throw usageError(
    'XRB_BAD_RATE',
    `At ${formatRate(rateBitsPerSec)}bit/s a message of ${thousands(messageSizeBytes)} B is due every ${thousands(Math.round(intervalNs / 1e9))} s, and ${formatDuration(durationNs)} are measured: there would be nothing to tell.`,
    `--rate ${formatRate(least)} at the least, a smaller --size or a longer --duration`,
  )
}

/** @throws {XrbenchError} `XRB_BAD_SIZE` when a message of `bytes` does not fit one packet of AF_UNIX, beside the head of those of a message link */
export function checkUnixSize(
  unixType: UnixType,
  workload: WorkloadName,
  bytes: number,
  flag: '--size' | '--response-size' = '--size',
): void {
  const most = MAX_SEQPACKET_BYTES - (runsOverMessages(workload) ? MESSAGE_HEAD_BYTES : 0)
  if (unixType === 'stream' || bytes <= most) return
  throw usageError(
    'XRB_BAD_SIZE',
    `A message of ${thousands(bytes)} B does not fit a packet of an AF_UNIX socket, which carries at most ${thousands(most)} B.`,
    `${flag} ${most}, or --unix-type stream`,
  )
}

/** @throws {XrbenchError} `XRB_BAD_SIZE` when a message of `bytes` does not fit a DATAGRAM frame in one packet */
export function checkQuicSize(
  { messages, udpPayloadBytes }: Pick<QuicOptions, 'messages' | 'udpPayloadBytes'>,
  bytes: number,
): void {
  const limit = udpPayloadBytes - QUIC_DATAGRAM_OVERHEAD_BYTES
  if (messages !== 'datagram' || bytes <= limit) return
  throw usageError(
    'XRB_BAD_SIZE',
    `A message of ${thousands(bytes)} B does not fit a QUIC datagram, which carries at most ${thousands(limit)} B in packets of ${thousands(udpPayloadBytes)} B.`,
    `--size ${limit}, or --quic-messages stream`,
  )
}

/** @throws {XrbenchError} `XRB_USAGE` when messages are to go as DATAGRAM frames alone, which OpenSSL has not */
export function checkQuicOpenssl({ messages }: { messages: readonly QuicMessages[] }): void {
  if (messages.some((one) => one !== 'datagram')) return
  throw usageError(
    'XRB_USAGE',
    'OpenSSL carries QUIC streams only: quic:openssl cannot send DATAGRAM frames.',
    '--transport quic, or --quic-messages stream',
  )
}

/** @throws {XrbenchError} `XRB_USAGE`: a Retry is authenticated, and without encryption nothing is */
export function checkQuicRetry({
  retry,
  nullCrypto,
}: Pick<QuicOptions, 'retry' | 'nullCrypto'>): void {
  if (!retry || !nullCrypto) return
  throw usageError(
    'XRB_USAGE',
    '--quic-retry and --quic-null-crypto exclude one another: a Retry is authenticated.',
    'give one of them',
  )
}

function thousands(n: number): string {
  return n.toLocaleString('en-US')
}
