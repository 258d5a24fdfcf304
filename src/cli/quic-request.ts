import { usageError } from '../errors.js'
import { MAX_DURATION_NS } from '../plan/limits.js'
import {
  KERNEL_TLS,
  LOOPBACK_UDP_PAYLOAD_BYTES,
  MAX_ACK_THRESHOLD,
  MAX_QUIC_STREAMS,
  MAX_QUIC_WINDOW_BYTES,
  MAX_UDP_PAYLOAD_BYTES,
  MIN_KEY_UPDATE_NS,
  MIN_QUIC_WINDOW_BYTES,
  MIN_UDP_PAYLOAD_BYTES,
  QUIC_CONGESTIONS,
  QUIC_MESSAGES,
  TLS_CIPHERS,
  TLS_HANDSHAKES,
} from '../plan/secure-words.js'
import type { MeasureRequest } from '../run/request.js'
import { formatSize, parseDuration, parseSize, parseWhole } from '../units.js'
import type { RunFlags } from './commands/run.js'
import { parseList, parseWord } from './list.js'
import type { ReadFlag } from './run-request.js'

/** The TLS part of the command line, for TLS and QUIC. @throws {XrbenchError} exit 2 */
export function readTlsFlags(read: ReadFlag): NonNullable<MeasureRequest['tls']> {
  return {
    cipher: read('cipher', (text, label) => parseWord(text, label, 'cipher', TLS_CIPHERS)),
    handshakes: read('handshake', (text, label) =>
      parseList(text, label, (item) => parseWord(item, label, 'handshake', TLS_HANDSHAKES)),
    ),
    kernel: read('ktls', (text, label) =>
      parseList(text, label, (item) => parseWord(item, label, 'use of kTLS', KERNEL_TLS)),
    ),
  }
}

/** The QUIC part of the command line. @throws {XrbenchError} exit 2 */
export function readQuicFlags(
  read: ReadFlag,
  flags: Pick<RunFlags, 'quicNullCrypto' | 'quicRetry' | 'quicPacing'>,
): NonNullable<MeasureRequest['quic']> {
  return {
    messages: read('quicMessages', (text, label) =>
      parseList(text, label, (item) =>
        parseWord(item, label, 'way to carry messages', QUIC_MESSAGES),
      ),
    ),
    streams: read('quicStreams', (text, label) => parseWhole(text, label, 1, MAX_QUIC_STREAMS)),
    udpPayloadBytes: read('quicPayload', parseUdpPayload),
    windowBytes: read('quicWindow', sizeWithin(MIN_QUIC_WINDOW_BYTES, MAX_QUIC_WINDOW_BYTES)),
    ackThreshold: read('ackThreshold', (text, label) =>
      parseWhole(text, label, 1, MAX_ACK_THRESHOLD),
    ),
    congestionControl: read('quicCongestion', (text, label) =>
      parseWord(text, label, 'congestion control', QUIC_CONGESTIONS),
    ),
    keyUpdateNs: read('quicKeyUpdate', parseKeyUpdate),
    retry: flags.quicRetry === true,
    pacing: flags.quicPacing === true,
    nullCrypto: flags.quicNullCrypto === true ? [false, true] : undefined,
  }
}

/** A size, or `loopback` for the largest that it is good for. @throws {XrbenchError} exit 2 */
export function parseUdpPayload(text: string, label: string): number {
  if (text === 'loopback') return LOOPBACK_UDP_PAYLOAD_BYTES
  return sizeWithin(MIN_UDP_PAYLOAD_BYTES, MAX_UDP_PAYLOAD_BYTES)(text, label)
}

function parseKeyUpdate(text: string, label: string): number {
  const ns = parseDuration(text, label)
  if (ns >= MIN_KEY_UPDATE_NS && ns <= MAX_DURATION_NS) return ns
  throw usageError(
    'XRB_BAD_DURATION',
    `${label}: '${text}' is outside 100ms to 24h.`,
    `${label} 100ms, the shortest that QUIC allows`,
  )
}

function sizeWithin(min: number, max: number) {
  return (text: string, label: string) => {
    const bytes = parseSize(text, label)
    if (bytes >= min && bytes <= max) return bytes
    throw usageError(
      'XRB_BAD_SIZE',
      `${label}: '${text}' is outside ${formatSize(min)} to ${formatSize(max)}.`,
      `${label} ${formatSize(min)}`,
    )
  }
}
