import type { Plan, TransportName } from '../plan/case.js'
import type { ResultDocument } from '../results/schema/schema.js'
import type { AskedRun } from './asked.js'
import type { RunPlaces } from './places.js'

/** Something to be measured, of which it is still open where. */
export interface Errand {
  /** One for each configuration: how often, over which family and which RDMA device, is the same in all of them. */
  readonly requests: readonly [AskedRun, ...AskedRun[]]
  readonly transports: readonly TransportName[] | 'all'
  /** Refuses what can never be measured. @throws {XrbenchError} exit 2 */
  check(family: 4 | 6): void
  plan(family: 4 | 6, places: RunPlaces): Plan
  /** Options of the two configurations, where there are two. */
  readonly variants?: ResultDocument['variants']
}
