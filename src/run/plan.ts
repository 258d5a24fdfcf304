import { isIPv6 } from 'node:net'
import { usageError } from '../errors.js'
import { buildPlan } from '../plan/build.js'
import type { Plan } from '../plan/case.js'
import { canWait, carriersOf, carries } from '../plan/connects.js'
import type { PlanRequest } from '../plan/request.js'
import type { Asked } from './asked.js'
import type { RunPlaces } from './places.js'
import { problemOf } from './problem.js'

/** The plan of a run whose transports have found their places. @throws {XrbenchError} exit 2 */
export function planFor(asked: Asked, family: 4 | 6, places: RunPlaces): Plan {
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
  const plan = buildPlan(requests[0] ?? host, ...requests.slice(1))
  const skipped = leftOut.flatMap(({ transport, why }) =>
    buildPlan({ ...host, transports: [transport] }).cases.map((c) =>
      Object.freeze({ case: c, reason: problemOf(why) }),
    ),
  )
  return Object.freeze({ ...plan, skipped: Object.freeze(skipped) })
}

/** Refuses a transport that was named and has nothing to carry. @throws {XrbenchError} exit 2 */
export function refuseIdle({ transports, plan }: Asked): void {
  if (transports === 'all') return
  const { workloads, tls } = plan
  const idle = transports.find((one) => !workloads.some((workload) => carries(one, workload)))
  const [first] = workloads
  if (idle !== undefined && first !== undefined) {
    throw usageError(
      'XRB_USAGE',
      `${idle} has no ${workloads.join(', ')}: that is for ${carriersOf(first).join(', ')}.`,
      `--transport ${carriersOf(first).join(',')} --workload ${first}`,
    )
  }
  const unable = transports.find(
    (one) =>
      !workloads.some(
        (workload) =>
          carries(one, workload) && plan.waits.some((wait) => canWait(wait, one, workload)),
      ),
  )
  if (unable !== undefined) {
    throw usageError(
      'XRB_USAGE',
      `${unable} has no ${workloads.join(', ')} that waits by ${plan.waits.join(', ')}: that is for ping-pongs and streams over TCP, TLS and UDP.`,
      '--wait block or spin, or --transport tcp,tls,udp --workload ping-pong,stream',
    )
  }
  const connectsOnly = workloads.every((workload) => workload === 'connect')
  const earlyOnly = tls.handshakes.every((handshake) => handshake === '0rtt')
  if (transports.includes('tls') && connectsOnly && earlyOnly) {
    throw usageError(
      'XRB_USAGE',
      'tls has no handshake 0rtt: early data is for quic.',
      '--transport quic, or --handshake full,resumed',
    )
  }
}

/** The device that was chosen, for both ends. */
function rdmaOf(asked: Asked, { device }: RunPlaces): Pick<PlanRequest, 'rdma'> {
  const { device: name = null, port = null, gidIndex = null } = device ?? {}
  return { rdma: { ...asked.plan.rdma, device: name, port, gidIndex } }
}
