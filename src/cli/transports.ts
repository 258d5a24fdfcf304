import { environmentError } from '../errors.js'
import type { TransportName } from '../plan/case.js'
import {
  type Capability,
  requireTransport,
  transportCapabilities,
} from '../transports/capabilities.js'

/**
 * The transports to measure: those named, or all that can be measured where it is going to be.
 * @throws {XrbenchError} exit 3 when one that was named, or every one, is not available there
 */
export function chooseTransports(
  asked: readonly TransportName[] | 'all',
  inLab = false,
): readonly TransportName[] {
  const isAvailable = (c: Capability) => c.available || (inLab && lacksOnlyDevice(c))
  const capabilities = transportCapabilities()
  if (asked !== 'all') {
    for (const transport of asked) {
      const found = capabilities.find((c) => c.transport === transport)
      if (found === undefined || !isAvailable(found)) requireTransport(transport)
    }
    return asked
  }
  const available = capabilities.filter(isAvailable).map((c) => c.transport)
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

/** The addon can do it; what this machine has not, the lab has. */
function lacksOnlyDevice(c: Capability): boolean {
  return !c.available && c.code === 'XRB_RDMA_UNAVAILABLE'
}
