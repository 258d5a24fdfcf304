import { loadAddon } from '../addon/load.js'
import { environmentError, type XrbenchError } from '../errors.js'
import type { TransportName } from '../plan/case.js'
import {
  type Capability,
  requireTransport,
  transportCapabilities,
} from '../transports/capabilities.js'

/** One that was not named, and cannot be measured here. */
export interface LeftOut {
  readonly transport: TransportName
  readonly why: XrbenchError
}

interface ChosenTransports {
  readonly wanted: readonly TransportName[]
  readonly leftOut: readonly LeftOut[]
}

/**
 * The transports to measure: those named, or all that this build has. RDMA may still want for a device.
 * @throws {XrbenchError} exit 3 when one that was named, or every one, is not available
 */
export function chooseTransports(asked: readonly TransportName[] | 'all'): ChosenTransports {
  const capabilities = transportCapabilities()
  if (asked !== 'all') {
    for (const transport of asked) {
      const found = capabilities.find((c) => c.transport === transport)
      if (found === undefined || !isMeasurable(found)) requireTransport(transport)
    }
    return { wanted: asked, leftOut: [] }
  }
  // A stand-in for `quic`: beside it, it would take as long again, and is measured when it is named.
  const isStandIn = ({ transport }: Capability) => transport === 'quic:openssl'
  const hasQuic = capabilities.some((c) => c.transport === 'quic' && c.available)
  const all = capabilities.filter((c) => !isStandIn(c) || (!hasQuic && c.available))
  const wanted = all.filter(isMeasurable).map((c) => c.transport)
  const leftOut = all.flatMap((c) =>
    c.available || isMeasurable(c)
      ? []
      : { transport: c.transport, why: environmentError(c.code, c.reason, c.hint ?? undefined) },
  )
  if (wanted.length > 0) return { wanted, leftOut }
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

function isMeasurable(c: Capability): boolean {
  if (c.available) return true
  return c.code === 'XRB_RDMA_UNAVAILABLE' && loadAddon().build.transports.includes('rdma')
}
