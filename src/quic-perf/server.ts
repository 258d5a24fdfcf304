import type { NativeFault } from '../addon/addon.js'
import { loadPerfAddon } from '../addon/load.js'
import type { PerfServerOptions, PerfServerTotals } from '../addon/perf.js'
import { environmentError, type XrbenchError } from '../errors.js'
import { type PerfTransport, perfSpec } from './spec.js'

export interface PerfServing {
  readonly host: string
  readonly port: number
  /** SHA-256 of its certificate, hexadecimal: what clients pin. */
  readonly fingerprint: string
  /** Resolves with what it did when it has ended. */
  readonly ended: Promise<PerfServerTotals>
  stop(): void
}

/**
 * Serves the perf protocol (draft-banks-quic-performance) at a numeric address, on a thread of its own, until `stop()`.
 * @throws {XrbenchError} exit 3: no QUIC here, the port is taken, a certificate that cannot be read
 */
export function startPerfServer(
  host: string,
  options: PerfServerOptions,
  transport: PerfTransport,
): PerfServing {
  const { PerfServer } = loadPerfAddon()
  try {
    const server = new PerfServer(perfSpec('server', host, transport), options)
    return {
      host,
      port: server.port(),
      fingerprint: Buffer.from(server.pin()).toString('hex'),
      ended: server.run(),
      stop: () => server.stop(),
    }
  } catch (error) {
    throw explain(error as Error & NativeFault, host, options)
  }
}

function explain(
  fault: Error & NativeFault,
  host: string,
  { port, certificateFile, keyFile }: PerfServerOptions,
): XrbenchError {
  switch (fault.code) {
    case 'ADDRESS_IN_USE':
      return environmentError(
        'XRB_PORT_TAKEN',
        `Port ${port} of ${host} is taken.`,
        `ss -ulnp 'sport = :${port}'`,
      )
    case 'ADDRESS':
      return environmentError(
        'XRB_ADDRESS',
        `${host} cannot be listened at: ${fault.message}.`,
        'ip -brief address  (addresses of this machine)',
      )
    case 'TLS':
      return environmentError(
        'XRB_CERTIFICATE',
        `The certificate cannot be used: ${fault.message.replace(/\.$/, '')}.`,
        certificateFile === null
          ? undefined
          : `openssl x509 -noout -in ${certificateFile} && openssl pkey -noout -in ${keyFile}`,
      )
    default:
      return environmentError('XRB_QUIC_PERF', `The server cannot be started: ${fault.message}.`)
  }
}
