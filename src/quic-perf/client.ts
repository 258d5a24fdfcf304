import type { NativeFault, RunOutcome } from '../addon/addon.js'
import { loadPerfAddon } from '../addon/load.js'
import type { PerfRequests } from '../addon/perf.js'
import { environmentError, measurementError, peerError, type XrbenchError } from '../errors.js'
import { hostAndPort } from '../host-port.js'
import { type PerfPhases, type PerfTransport, perfSpec } from './spec.js'

/**
 * Asks a server of the perf protocol until the phases are over or `signal` aborts, over one connection. What was measured until a failure is in the
 * outcome, with its `fault`.
 * @throws {XrbenchError} exit 3 or 4 when no connection came about
 */
export async function runPerfClient(
  requests: PerfRequests,
  transport: PerfTransport,
  phases: PerfPhases,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const { PerfClient } = loadPerfAddon()
  const local = requests.address.includes(':') ? '::' : '0.0.0.0'
  const client = new PerfClient(perfSpec('client', local, transport, phases), requests)
  const stop = () => client.stop()
  signal.addEventListener('abort', stop)
  try {
    if (signal.aborted) stop()
    await client.connect()
    return await client.run()
  } catch (error) {
    throw explainConnect(error as Error & NativeFault, requests)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function explainConnect(fault: Error & NativeFault, { address, port }: PerfRequests): XrbenchError {
  const where = hostAndPort(address, port)
  const hint = `is a server of the perf protocol there? xrbench quic-perf serve --listen ${where}`
  switch (fault.code) {
    case 'CONNECT_TIMEOUT':
      return peerError('XRB_PEER_UNREACHABLE', `Nothing answers at ${where}.`, { hint })
    case 'CONNECT_REFUSED':
      return peerError('XRB_PEER_UNREACHABLE', `${where} refused: ${fault.message}.`, { hint })
    case 'TLS_PIN':
      return peerError(
        'XRB_PEER_CERTIFICATE',
        `The certificate of ${where} does not have the fingerprint given.`,
        { hint: `openssl x509 -in CERTIFICATE -outform der | sha256sum` },
      )
    case 'TLS':
    case 'QUIC':
      return peerError('XRB_PEER_HANDSHAKE', `No connection with ${where}: ${fault.message}.`, {
        hint,
      })
    case 'STOPPED':
      return peerError('XRB_PEER_UNREACHABLE', `${where} had not answered when it was stopped.`)
    case 'ADDRESS':
    case 'SOCKET':
    case 'UNSUPPORTED':
    case 'THREAD':
      return environmentError('XRB_QUIC_PERF', `The client cannot be started: ${fault.message}.`)
    default:
      return measurementError('XRB_QUIC_PERF', `The client failed: ${fault.message}.`)
  }
}
