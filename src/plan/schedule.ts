import { type Case, PLACES, type Place, type Plan } from './case.js'

/** One repetition in its place in the whole run. */
export interface Slot {
  /** Of which case. */
  readonly case: Case
  /** Repetition of this case, from 0. */
  readonly index: number
  /** Position in the run, from 0. */
  readonly order: number
}

/**
 * All repetitions in the order they are measured: place by place, for a lab that runs disturbs its host; there round by round, each round one repetition of every case, every second
 * round backwards (ABBA). A machine that drifts steadily then favours none of the cases.
 */
export function schedule(plan: Plan): Slot[] {
  const slots: Slot[] = []
  for (const place of PLACES) {
    const cases = plan.cases.filter((c) => c.place === place)
    for (let index = 0; index < plan.repetitions; index++) {
      const round = index % 2 === 0 ? cases : cases.toReversed()
      for (const c of round) slots.push({ case: c, index, order: slots.length })
    }
  }
  return slots
}

/** What a repetition takes beside its warm-up and its measured phase, about. */
const SET_UP_NS = 1e9

/** Nanoseconds all repetitions at a place take at the longest, about; `null` when iterations decide. */
export function longestAtNs(plan: Plan, place: Place): number | null {
  const cases = plan.cases.filter((c) => c.place === place)
  const measuringNs = longestMeasuringNs({ ...plan, cases })
  return measuringNs && measuringNs + plan.repetitions * cases.length * SET_UP_NS
}

/** Nanoseconds the measured phases and full warm-ups take; `null` when iterations decide. */
export function longestMeasuringNs(plan: Plan): number | null {
  let total = 0
  for (const { parameters } of plan.cases) {
    if (parameters.durationNs === 0) return null
    total += plan.repetitions * (parameters.warmupCapNs + parameters.durationNs)
  }
  return total
}
