import { compareResults } from '../compare/compare.js'
import { XrbenchError } from '../errors.js'
import { buildPlan } from '../plan/build.js'
import type { Plan, TransportName } from '../plan/case.js'
import { variantsPlan } from '../plan/variants.js'
import { renderComparison } from '../report/terminal/compare-text.js'
import { renderTable } from '../report/terminal/table.js'
import type { ResultDocument } from '../results/schema/schema.js'
import type { GivenFlags } from './ab-flags.js'
import { type Configuration, readConfigurations } from './ab-request.js'
import { carryOut } from './carry-out.js'
import { layoutOf } from './output.js'
import type { RunPlaces } from './run-places.js'
import { planFor, refuseIdle } from './run-plan.js'
import { chooseTransports } from './transports.js'
import { refuseUnusedFlags } from './unused-flags.js'

/** `xrbench ab`: two configurations measured in turn at one place, and compared. */
export async function abAction(sides: readonly string[], both: GivenFlags): Promise<void> {
  const [a, b] = readConfigurations(sides, both)
  await carryOut({
    flags: both.flags,
    origin: both.origin,
    requests: [a.asked, b.asked],
    transports: transportsOf(a, b),
    check: (family) => {
      const plans = [a, b].map(({ asked }) => {
        refuseIdle(asked)
        const { wanted } = chooseTransports(asked.transports)
        return buildPlan({ ...asked.plan, family, place: 'host', transports: wanted })
      })
      refuseUnusedFlags(
        plans.flatMap(({ cases }) => cases),
        both.origin,
      )
      for (const [i, { origin }] of [a, b].entries()) {
        refuseUnusedFlags(plans[i]?.cases ?? [], origin)
      }
    },
    plan: (family, places) => variantsPlan(planOf(a, family, places), planOf(b, family, places)),
    variants: { a: [...a.args], b: [...b.args] },
    render,
  })
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

function render(doc: ResultDocument, file: string | null): string {
  const layout = layoutOf(process.stdout)
  const source = { file: file ?? 'this run', doc }
  try {
    const options = { across: 'variant', forced: false, gates: [] } as const
    return renderComparison(compareResults(source, [source], options), layout)
  } catch (error) {
    if (!(error instanceof XrbenchError)) throw error
    // It ended before there was anything to compare.
    return renderTable(doc, layout)
  }
}
