import { WAITS } from '../../plan/defaults.js'
import { DEFAULT_TLS, DEFAULT_UDP_PAYLOAD_BYTES, defaultAckThreshold } from '../../plan/quic.js'
import { TLS_CIPHERS } from '../../plan/secure-words.js'
import type { PerfTransport } from '../../quic-perf/spec.js'
import { parseWhole } from '../../units.js'
import { parseWord } from '../flags/list.js'
import { parseUdpPayload } from '../flags/udp-payload.js'

interface TransportFlags {
  wait?: string | undefined
  cpu?: string | undefined
  cipher?: string | undefined
  quicPayload?: string | undefined
}

/** What both ends of quic-perf may be told; `isBulk`: much more than a packet at a time. @throws {XrbenchError} exit 2 */
export function readPerfTransport(
  { wait, cpu, cipher, quicPayload }: TransportFlags,
  label: (key: keyof TransportFlags) => string,
  isBulk = false,
): PerfTransport {
  return {
    wait: wait === undefined ? 'block' : parseWord(wait, label('wait'), 'wait policy', WAITS),
    cpu: cpu === undefined ? null : parseWhole(cpu, label('cpu'), 0, 1023),
    cipher:
      cipher === undefined
        ? DEFAULT_TLS.cipher
        : parseWord(cipher, label('cipher'), 'cipher', TLS_CIPHERS),
    udpPayloadBytes:
      quicPayload === undefined
        ? DEFAULT_UDP_PAYLOAD_BYTES
        : parseUdpPayload(quicPayload, label('quicPayload')),
    retry: false,
    ackThreshold: defaultAckThreshold(isBulk ? 'stream' : 'ping-pong'),
  }
}
