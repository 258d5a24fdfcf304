import { DEFAULT_UDP_PAYLOAD_BYTES, UDP_PAYLOAD } from '../../options/quic.js'
import { TLS_CIPHERS } from '../../options/tls.js'
import { DEFAULT_QUIC, DEFAULT_TLS, quicOptions } from '../../plan/quic.js'
import { PERF_WAITS, type PerfTransport } from '../../quic-perf/spec.js'
import { parseWhole } from '../../units.js'
import { parseWord } from '../flags/list.js'
import { parseValue } from '../flags/value.js'

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
    wait: wait === undefined ? 'block' : parseWord(wait, label('wait'), 'wait policy', PERF_WAITS),
    cpu: cpu === undefined ? null : parseWhole(cpu, label('cpu'), 0, 1023),
    cipher:
      cipher === undefined
        ? DEFAULT_TLS.cipher
        : parseWord(cipher, label('cipher'), 'cipher', TLS_CIPHERS),
    udpPayloadBytes:
      quicPayload === undefined
        ? DEFAULT_UDP_PAYLOAD_BYTES
        : (parseValue(UDP_PAYLOAD, quicPayload, label('quicPayload')) as number),
    retry: false,
    ackThreshold: quicOptions(DEFAULT_QUIC, 'stream', isBulk ? 'stream' : 'ping-pong').ackThreshold,
  }
}
