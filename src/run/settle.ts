import type { DeviceChoice } from '../place/device.js'
import type { Place, Plan } from '../plan/case.js'
import type { CheckedErrand } from './check.js'
import type { RunEvent } from './events.js'
import { choosePlaces } from './places.js'
import { checkCases } from './preflight.js'
import { unmeasured } from './unmeasured.js'
import type { Where } from './where.js'

/** An errand whose cases are known, and where each of them is measured. */
export interface Settled {
  readonly plan: Plan
  readonly places: Readonly<Record<Place, Where>>
  /** How the RDMA device on this machine was come by; `null`: none was needed. */
  readonly device: DeviceChoice | null
  /** Removes what was made for it. Idempotent, never throws. */
  release(): Promise<void>
}

/**
 * Finds the places of an errand.
 * @param makesNothing no SoftRoCE device, for a plan that is only looked at
 * @throws {XrbenchError} exit 2 or 3 when a transport that was named cannot be measured
 */
export async function settle(
  { errand, where, family, target }: CheckedErrand,
  { onEvent, makesNothing = false }: { onEvent: (event: RunEvent) => void; makesNothing?: boolean },
): Promise<Settled> {
  const found = await choosePlaces({
    asked: errand.transports,
    lab: where.lab,
    softRoce: !where.softRoce ? 'never' : makesNothing ? 'look' : 'make',
    peerAddress: target?.address ?? null,
    family: target?.family ?? where.family,
    rdma: errand.requests[0].plan.rdma,
    onEvent,
  })
  const { device } = found
  const release = async () => device?.release()
  try {
    const plan = errand.plan(family, found)
    checkCases(plan.cases)
    const named = errand.transports === 'all' ? [] : [...new Set([...found.host, ...found.lab])]
    for (const event of unmeasured(errand, named, plan)) onEvent(event)
    const address = device?.address ?? null
    const here: Where = { kind: 'here', family: address?.includes(':') ? 6 : family, address }
    return {
      plan,
      places: {
        host: target === null ? here : { kind: 'peer', target },
        lab: { kind: 'lab', family, options: where.labOptions },
      },
      device,
      release,
    }
  } catch (error) {
    await release()
    throw error
  }
}
