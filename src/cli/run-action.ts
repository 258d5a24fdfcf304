import { buildPlan } from '../plan/build.js'
import { carryOut } from './carry-out.js'
import type { RunFlags } from './commands/run.js'
import { planFor, refuseIdle } from './run-plan.js'
import { type FlagOrigin, readRunFlags } from './run-request.js'
import { chooseTransports } from './transports.js'
import { refuseUnusedFlags } from './unused-flags.js'

/** `xrbench run` */
export async function runAction(flags: RunFlags, origin: FlagOrigin): Promise<void> {
  const asked = readRunFlags(flags, origin)
  await carryOut({
    flags,
    origin,
    requests: [asked],
    transports: asked.transports,
    check: (family) => {
      refuseIdle(asked)
      const { wanted } = chooseTransports(asked.transports)
      const { cases } = buildPlan({ ...asked.plan, family, place: 'host', transports: wanted })
      refuseUnusedFlags(cases, origin)
    },
    plan: (family, places) => planFor(asked, family, places),
  })
}
