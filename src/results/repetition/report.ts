import type { Addon, NativeFault, RunOutcome } from '../../addon/addon.js'
import type { CaseParameters } from '../../plan/case.js'
import type { Environment } from '../schema/schema.js'

/** One end's share of a repetition. */
export interface EndReport {
  /** Everything the addon measured; `null` when its process died before it could tell. */
  outcome: RunOutcome | null
  /** Set when this end failed before or outside the loop (open, connect, process death). */
  fault: NativeFault | null
  /** Addon build that measured. */
  build: Addon['build'] | null
  /** CPUs asked for (after `auto` was resolved at that end); empty = unpinned. */
  cpus: number[]
  /** CPUs this end may use at all, and threads it ran on them: to flag a shared or saturated machine. */
  availableCpus: number
  /** All threads of the endpoint process over its life, process.resourceUsage(). */
  processCpuNs: number
  /** What the RDMA port counted over the run, by the kernel's names; `null` for other transports, and where none could be read. */
  rdmaCounters: Record<string, number> | null
}

/** What the initiators or receivers of one end had done of the measured phase when it last said so, from soon after its beginning on. */
export interface SoFar {
  durationNs: number
  messages: number
  bytes: number
  lost: number
}

/** What one repetition gave, from both ends; input of `results/`. */
export interface RepetitionReport {
  /** `aborted`: the user's signal ended it; `failed`: see `failure`. Both keep what was measured. */
  status: 'completed' | 'aborted' | 'failed'
  startedAt: string
  /** Wall time from the first message to the agent until both ends had reported. */
  totalNs: number
  client: EndReport
  server: EndReport
  /** How the warm-up of all links together ended; `null` when it did not. */
  warmup: { durationNs: number; ended: 'steady' | 'cap' | 'none' } | null
  /** The measured phase that was named to all links; `null` when none was. `skewNs`: by how much the two ends' may be apart, 0 on one clock. */
  window: { skewNs: number } | null
  failure: RepetitionFailure | null
  /** For how long one of the machines, or its clock, was found to have stood still, or by how much it jumped, nanoseconds, in steps of 10 ms. */
  standstillNs?: number | undefined
  /** What is left of an end that has no outcome; `null`: it said nothing, or has nothing to say. */
  soFar?: Record<'client' | 'server', SoFar | null> | undefined
  /** As it was measured, where the agent allows less than was asked for; absent: as asked. */
  negotiated?: CaseParameters | undefined
  /** The agent measured for another client meanwhile; absent: it did not, or does not tell. */
  isShared?: boolean | undefined
}

interface RepetitionFailure {
  code: string
  exitCode: number
  message: string
  hint: string | null
  /** The agent does not do it, and is not going to. */
  isRefusal?: boolean | undefined
}

/** What the agent said of itself in its hello; validated. */
export interface AgentFacts {
  tool: { name: string; version: string }
  protocol: number
  environment: Environment
  transports: string[]
  /** Optional abilities, by name. */
  features: string[]
}
