import type { WorkloadName } from '../addon/addon.js'
import { formatSize } from '../units.js'

/** Requests under way at once when none is asked for. */
export const DEFAULT_INFLIGHT = 1
/** … at most. */
export const MAX_INFLIGHT = 4096

/** What answers are like, and how many requests are under way at once; `null` for another workload. */
export interface RrParameters {
  /** 1 to 67,108,864. */
  readonly responseSizeBytes: number | null
  /** 1 to 4,096. */
  readonly inflight: number | null
}

/** Those of one case, whose answers are as long as its requests unless it was said otherwise. */
export function rrParameters(
  workload: WorkloadName,
  messageSizeBytes: number,
  asked: { readonly responseSizeBytes: number | null; readonly inflight: number },
): RrParameters {
  if (workload !== 'rr') return { responseSizeBytes: null, inflight: null }
  return {
    responseSizeBytes: asked.responseSizeBytes ?? messageSizeBytes,
    inflight: asked.inflight,
  }
}

/** Of a case's key: what stands at its default is left out. */
export function rrKeyParts({
  messageSizeBytes,
  responseSizeBytes,
  inflight,
}: RrParameters & { readonly messageSizeBytes: number }): string[] {
  return [
    ...(responseSizeBytes === null || responseSizeBytes === messageSizeBytes
      ? []
      : [`response=${formatSize(responseSizeBytes)}`]),
    ...(inflight === null || inflight === DEFAULT_INFLIGHT ? [] : [`inflight=${inflight}`]),
  ]
}
