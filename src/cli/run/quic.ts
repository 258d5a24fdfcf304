import { usageError } from '../../errors.js'
import { MAX_DURATION_NS } from '../../plan/limits.js'
import {
  KERNEL_TLS,
  MAX_ACK_THRESHOLD,
  MAX_QUIC_STREAMS,
  MAX_QUIC_WINDOW_BYTES,
  MIN_KEY_UPDATE_NS,
  MIN_QUIC_WINDOW_BYTES,
  QUIC_CONGESTIONS,
  QUIC_MESSAGES,
  TLS_CIPHERS,
  TLS_HANDSHAKES,
} from '../../plan/secure-words.js'
import type { MeasureRequest } from '../../run/request.js'
import { parseDuration, parseWhole } from '../../units.js'
import { parseList, parseWord } from '../flags/list.js'
import { sizeWithin } from '../flags/size.js'
import { parseUdpPayload } from '../flags/udp-payload.js'
import type { RunFlags } from './flags.js'
import type { ReadFlag } from './read-flag.js'

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

function parseKeyUpdate(text: string, label: string): number {
  const ns = parseDuration(text, label)
  if (ns >= MIN_KEY_UPDATE_NS && ns <= MAX_DURATION_NS) return ns
  throw usageError(
    'XRB_BAD_DURATION',
    `${label}: '${text}' is outside 100ms to 24h.`,
    `${label} 100ms, the shortest that QUIC allows`,
  )
}
