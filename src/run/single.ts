import { buildPlan } from '../plan/build.js'
import type { AskedRun } from './asked.js'
import type { Errand } from './errand.js'
import type { OptionNames } from './names.js'
import { planFor, refuseIdle } from './plan.js'
import { chooseTransports } from './transports.js'
import { refuseUnused } from './unused-options.js'

/** A run of one configuration. */
export function singleErrand(asked: AskedRun, names: OptionNames): Errand {
  return {
    requests: [asked],
    transports: asked.transports,
    check: (family) => {
      refuseIdle(asked)
      const { wanted } = chooseTransports(asked.transports)
      const { cases } = buildPlan({ ...asked.plan, family, place: 'host', transports: wanted })
      refuseUnused(cases, names)
    },
    plan: (family, places) => planFor(asked, family, places),
  }
}
