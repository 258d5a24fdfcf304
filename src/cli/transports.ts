import { environmentError } from '../errors.js'
import type { TransportName } from '../plan/case.js'
import { requireTransport, transportCapabilities } from '../transports/capabilities.js'

/**
 * The transports to measure: those named, or all this machine can do.
 * @throws {XrbenchError} exit 3 when one that was named, or every one, is not available here
 */
export function chooseTransports(
  asked: readonly TransportName[] | 'all',
  inLab = false,
): readonly TransportName[] {
  if (asked !== 'all') {
    // The lab has the device that this machine may lack, and the run in there looks again.
    for (const transport of asked) if (!inLab || transport !== 'rdma') requireTransport(transport)
    return asked
  }
  const capabilities = transportCapabilities()
  const available = capabilities.filter((c) => c.available).map((c) => c.transport)
  if (available.length > 0) return available
  const why = capabilities.find((c) => !c.available && c.code !== 'XRB_TRANSPORT_UNAVAILABLE')
  if (why !== undefined && !why.available) {
    throw environmentError(why.code, why.reason, why.hint ?? undefined)
  }
  throw environmentError(
    'XRB_TRANSPORT_UNAVAILABLE',
    'No transport can be measured on this machine.',
    'xrbench doctor',
  )
}
