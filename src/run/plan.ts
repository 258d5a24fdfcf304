import { isIPv6 } from 'node:net'
import { usageError } from '../errors.js'
import { planOf } from '../plan/build.js'
import type { Plan } from '../plan/case.js'
import { carriersOf, carries } from '../plan/connects.js'
import { refuseIdleValues, refuseUnable } from '../plan/idle-values.js'
import type { PlanRequest } from '../plan/request.js'
import type { AskedRun } from './asked.js'
import type { RunPlaces } from './places.js'
import { problemOf } from './problem.js'

/** The plan of a run whose transports have found their places. @throws {XrbenchError} exit 2 */
export function planFor(asked: AskedRun, family: 4 | 6, places: RunPlaces): Plan {
  refuseIdle(asked)
  const { device, leftOut } = places
  const inLab = places.lab.length > 0
  const host: PlanRequest = {
    ...asked.plan,
    ...(device?.step != null && device.step !== 'lab' && rdmaOf(asked, places)),
    family: device?.address == null ? family : isIPv6(device.address) ? 6 : 4,
    place: 'host',
    transports: places.host,
    repetitions: inLab ? asked.labPlan.repetitions : asked.plan.repetitions,
  }
  const lab: PlanRequest = { ...asked.labPlan, family, place: 'lab', transports: places.lab }
  const requests = [host, lab].filter(({ transports }) => transports.length > 0)
  const plan = planOf(requests[0] ?? host, ...requests.slice(1))
  const unable: PlanRequest = { ...host, transports: leftOut.map(({ transport }) => transport) }
  const skipped = leftOut.flatMap(({ transport, why }) =>
    planOf({ ...unable, transports: [transport] }).cases.map((c) =>
      Object.freeze({ case: c, reason: problemOf(why) }),
    ),
  )
  // A row that says why it is empty has it too.
  refuseIdleValues([...plan.cases, ...skipped.map((one) => one.case)], [host, lab, unable])
  return Object.freeze({ ...plan, skipped: Object.freeze(skipped) })
}

/** Refuses a transport that was named and has nothing to carry. @throws {XrbenchError} exit 2 */
export function refuseIdle({ transports, plan }: AskedRun): void {
  if (transports === 'all') return
  const { workloads } = plan
  const idle = transports.find((one) => !workloads.some((workload) => carries(one, workload)))
  const [first] = workloads
  if (idle !== undefined && first !== undefined) {
    throw usageError(
      'XRB_USAGE',
      `${idle} has no ${workloads.join(', ')}: that is for ${carriersOf(first).join(', ')}.`,
      `--transport ${carriersOf(first).join(',')} --workload ${first}`,
    )
  }
  refuseUnable(transports, plan)
}

/** The device that was chosen, for both ends. */
function rdmaOf(asked: AskedRun, { device }: RunPlaces): Pick<PlanRequest, 'rdma'> {
  const { device: name = null, port = null, gidIndex = null } = device ?? {}
  return { rdma: { ...asked.plan.rdma, device: name, port, gidIndex } }
}
