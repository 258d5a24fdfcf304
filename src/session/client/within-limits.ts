import type { Case, CaseParameters } from '../../plan/case.js'

/** What an agent lets a client have. */
export interface AgentAllowance {
  /** Warm-up and measured phase of a repetition together, nanoseconds. */
  durationNs: number
  /** Of a stream, payload bits per second; `null`: no limit. */
  rateBitsPerSec: number | null
}

/** A case as the agent lets it be measured: shorter, or slower. The same case where it may be measured as it is. */
export function withinLimits(c: Case, allowed: AgentAllowance | null): Case {
  if (allowed === null) return c
  const clamped = { ...clampedDuration(c.parameters, allowed), ...clampedRate(c, allowed) }
  if (Object.keys(clamped).length === 0) return c
  return { ...c, parameters: { ...c.parameters, ...clamped } }
}

/** The warm-up keeps half of what there is at the most: without a measured phase there is no figure. */
function clampedDuration(
  { warmupCapNs, durationNs }: CaseParameters,
  { durationNs: mostNs }: AgentAllowance,
): Partial<CaseParameters> {
  if (warmupCapNs + durationNs <= mostNs) return {}
  const warmup = Math.min(warmupCapNs, Math.max(mostNs - durationNs, Math.floor(mostNs / 2)))
  return { warmupCapNs: warmup, durationNs: Math.min(durationNs, mostNs - warmup) }
}

function clampedRate(
  { workload, parameters: { rateBitsPerSec } }: Case,
  { rateBitsPerSec: most }: AgentAllowance,
): Partial<CaseParameters> {
  if (workload !== 'stream' || most === null) return {}
  const isWithin = rateBitsPerSec > 0 && rateBitsPerSec <= most
  return isWithin ? {} : { rateBitsPerSec: most }
}
