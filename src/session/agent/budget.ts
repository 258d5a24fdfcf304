import type { WorkloadName } from '../../addon/addon.js'
import type { TransportName } from '../../plan/case.js'
import type { RemoteParameters } from '../wire/client-messages.js'

/** Memory for the buffers of all repetitions that are under way. */
export class Budget {
  #freeBytes: number

  constructor(bytes: number) {
    this.#freeBytes = bytes
  }

  get freeBytes(): number {
    return this.#freeBytes
  }

  /** Takes so much and gives back how to return it; `null` when there is not so much left. */
  take(bytes: number): (() => void) | null {
    if (bytes > this.#freeBytes) return null
    this.#freeBytes -= bytes
    let isTaken = true
    return () => {
      if (isTaken) this.#freeBytes += bytes
      isTaken = false
    }
  }
}

/** Rings of all queue pairs together (native/transport/rdma/connect/lane_shape.cc, kMostBytes). */
const RDMA_RING_BYTES = 64 * 1024 ** 2

/** What one end of a repetition buffers at the most, bytes, of both directions; what the kernel grants its sockets apart, which it limits itself. */
export function bufferedBytes(
  transport: TransportName,
  workload: WorkloadName,
  p: RemoteParameters,
): number {
  const links = workload === 'stream' ? p.streams * (p.direction === 'both' ? 2 : 1) : 1
  const ofMessages =
    workload === 'stream'
      ? links * p.messageSizeBytes
      : p.messageSizeBytes + Math.max(p.messageSizeBytes, p.responseSizeBytes ?? 0)
  const ofWindows = links * (p.quic?.windowBytes ?? 0)
  return ofMessages + ofWindows + (transport === 'rdma' ? RDMA_RING_BYTES : 0)
}
