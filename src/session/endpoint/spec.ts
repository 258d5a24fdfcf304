import type {
  DataPorts,
  EndpointSpec,
  NativeTransport,
  RdmaOptions,
  WorkloadName,
} from '../../addon/addon.js'
import { usageError } from '../../errors.js'
import type { Case } from '../../plan/case.js'
import type { RemoteParameters } from '../wire/client-messages.js'
import { allowedCpus, automaticCpus, formatCpuList, threadCount } from './cpus.js'

/** One end's view of a case. */
interface EndRequest {
  role: 'client' | 'server'
  transport: NativeTransport
  workload: WorkloadName
  localAddress: string
  /** Of the other end of the control connection: data goes there, and comes from there, alone. */
  peerAddress?: string
  /** The other end knows challenges of data. */
  isGuarded?: boolean
  /** That the agent may use. */
  dataPorts?: DataPorts | null
  parameters: RemoteParameters
  /** The other end is on another machine. */
  isAlone: boolean
}

/** What an end has to know of a case, with its own share of the pinning and nothing of the other's. */
export function remoteParameters(c: Case, side: 'client' | 'server'): RemoteParameters {
  const { pin, rdma, ...rest } = c.parameters
  const cpus = typeof pin === 'object' ? pin[side] : null
  return {
    ...rest,
    rdma: rdma === null ? null : rdmaOf(rdma, side),
    pin:
      typeof pin === 'string'
        ? pin
        : cpus === null || cpus.length === 0
          ? 'none'
          : { cpus: [...cpus] },
  }
}

/** Device, port and GID are each end's own: the server finds them by the address it is reached at. */
function rdmaOf(rdma: Readonly<RdmaOptions>, side: 'client' | 'server'): RdmaOptions {
  const own = { device: rdma.device, port: rdma.port, gidIndex: rdma.gidIndex }
  return { ...rdma, ...(side === 'client' ? own : { device: null, port: null, gidIndex: null }) }
}

/**
 * All the addon needs to know, CPUs resolved against those this process may use.
 * @throws {XrbenchError} `XRB_PIN` (exit 2) when a CPU that was named is not among them
 */
export function endpointSpec(request: EndRequest): EndpointSpec {
  const { parameters, isAlone: _, ...where } = request
  const { pin, ...settings } = parameters
  return { ...where, ...settings, cpus: resolveCpus(pin, request) }
}

/** Whether an end has links that decide how long it takes: initiators or receivers. */
export function decides({
  role,
  workload,
  direction,
}: Pick<EndpointSpec, 'role' | 'workload' | 'direction'>): boolean {
  if (workload !== 'stream') return role === 'client'
  return direction === 'both' || direction === (role === 'client' ? 'down' : 'up')
}

/** Whether an end has something to tell of its warm-up: what its links have done that decide, or what waits for those at the other end. */
export function samplesWarmup(spec: EndpointSpec): boolean {
  return spec.warmupCapNs > 0 && (decides(spec) || spec.workload === 'stream')
}

function resolveCpus(pin: RemoteParameters['pin'], request: EndRequest): number[] {
  if (pin === 'none') return []
  const allowed = allowedCpus()
  if (pin === 'auto') {
    const { streams, direction } = request.parameters
    return automaticCpus(request.role, threadCount(streams, direction), allowed, request.isAlone)
  }
  const missing = pin.cpus.find((cpu) => !allowed.includes(cpu))
  if (missing !== undefined) {
    const list = formatCpuList(allowed)
    throw usageError(
      'XRB_PIN',
      `CPU ${missing} is not among those the ${request.role} may use: ${list}.`,
      `name one of: ${list}`,
    )
  }
  return pin.cpus
}
