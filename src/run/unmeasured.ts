import type { Plan, TransportName } from '../plan/case.js'
import { carriersOf, carries } from '../plan/connects.js'
import type { Errand } from './errand.js'
import type { RunEvent } from './events.js'

/** Of transports that were named and can be measured, those workloads of which the plan has no case: nobody is to find that out by counting rows. */
export function unmeasured(
  { requests }: Pick<Errand, 'requests'>,
  transports: readonly TransportName[],
  { cases, skipped = [] }: Plan,
): Extract<RunEvent, { type: 'unmeasured' }>[] {
  const known = [...cases, ...skipped.map((row) => row.case)]
  const workloads = new Set(requests.flatMap(({ plan }) => plan.workloads))
  return [...workloads].flatMap((workload) =>
    transports
      .filter((one) => !known.some((c) => c.transport === one && c.workload === workload))
      .map((transport) => ({
        type: 'unmeasured' as const,
        transport,
        workload,
        reason: carries(transport, workload)
          ? 'none of the ways that were asked for is one of it'
          : `that is for ${carriersOf(workload).join(', ')}`,
      })),
  )
}
