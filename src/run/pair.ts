import { buildPlan } from '../plan/build.js'
import type { Plan, TransportName } from '../plan/case.js'
import { variantsPlan } from '../plan/variants.js'
import type { AskedRun } from './asked.js'
import { refuseOneSided } from './both-sides.js'
import type { Errand } from './errand.js'
import type { OptionNames } from './names.js'
import type { RunPlaces } from './places.js'
import { planFor, refuseIdle } from './plan.js'
import { chooseTransports } from './transports.js'
import { refuseUnused } from './unused-options.js'

/** Of each case, unless told: fewer cannot show much. */
export const AB_REPETITIONS = 10

/** One of two that are measured in turn. */
export interface Configuration {
  readonly asked: AskedRun
  /** What it has beyond the other, for the result. */
  readonly args: readonly string[]
  /** Of that. */
  readonly names: OptionNames
}

/**
 * A run of two configurations at one place.
 * @param both names of the options that both have
 * @throws {XrbenchError} `XRB_USAGE` for an option of one that is for both
 */
export function pairErrand(a: Configuration, b: Configuration, both: OptionNames): Errand {
  for (const { names } of [a, b]) refuseOneSided(names)
  return {
    requests: [a.asked, b.asked],
    transports: transportsOf(a, b),
    check: (family) => {
      const plans = [a, b].map(({ asked }) => {
        refuseIdle(asked)
        const { wanted } = chooseTransports(asked.transports)
        return buildPlan({ ...asked.plan, family, place: 'host', transports: wanted })
      })
      refuseUnused(
        plans.flatMap(({ cases }) => cases),
        both,
      )
      for (const [i, { names }] of [a, b].entries()) refuseUnused(plans[i]?.cases ?? [], names)
    },
    plan: (family, places) => variantsPlan(planOf(a, family, places), planOf(b, family, places)),
    variants: { a: [...a.args], b: [...b.args] },
  }
}

function transportsOf(a: Configuration, b: Configuration): readonly TransportName[] | 'all' {
  const asked = [a, b].map(({ asked }) => asked.transports)
  if (asked.every((transports) => transports === 'all')) return 'all'
  return [...new Set(asked.flatMap((one) => chooseTransports(one).wanted))]
}

/** Both are measured at one place: where RDMA needs the lab, all of it in the lab. */
function planOf({ asked }: Configuration, family: 4 | 6, places: RunPlaces): Plan {
  const isInLab = places.lab.length > 0
  const possible = isInLab ? places.lab : places.host
  const { wanted } = chooseTransports(asked.transports)
  const own = wanted.filter((one) => possible.includes(one))
  return planFor(asked, family, {
    ...places,
    host: isInLab ? [] : own,
    lab: isInLab ? own : [],
    leftOut: [],
  })
}
