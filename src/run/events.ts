import type { WorkloadName } from '../options/workloads.js'
import type { Place, Plan, TransportName } from '../plan/case.js'
import type { Problem } from '../results/schema/schema.js'
import type { RepetitionEvent } from './repetitions.js'

/** What happens during a run, in this order, for whoever shows it. */
export type RunEvent =
  /** The result file is there already, with a result of then: the first repetition replaces it. */
  | { type: 'replaces'; file: string; startedAt: string }
  /** A transport that was not named cannot be measured here: its rows say why. */
  | { type: 'left-out'; transport: TransportName; reason: Problem }
  /** What the search for an RDMA device did, and how the lab comes up: a line for people. */
  | { type: 'note'; text: string }
  /** A transport and a workload that were both named do not go together: the others are measured. */
  | { type: 'unmeasured'; transport: TransportName; workload: WorkloadName; reason: string }
  /** All that is going to be measured is known. */
  | { type: 'planned'; plan: Plan }
  /** The agent measures for others: where this run stands in the line, 1 the next, and for how long about; `null`: nobody knows. */
  | { type: 'waiting'; position: number; aboutMs: number | null }
  /** Both ends are there, and the repetitions of this place begin. */
  | { type: 'entered'; place: Place }
  | RepetitionEvent
