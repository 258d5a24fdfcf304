import type { RdmaPort } from '../addon/addon.js'
import { loadAddon } from '../addon/load.js'
import type { DeviceStep } from './device-step.js'
import { addressOfGid } from './gid-address.js'
import { labReadiness } from './lab-step.js'
import { missingDevice } from './missing-device.js'
import { findPort, type PortFound, type PortWish } from './port-search.js'
import { softRoceReadiness } from './soft-roce-readiness.js'

/** Whether a way to an RDMA device is open here, why not, and what would open it. */
export interface StepFinding {
  step: DeviceStep
  possible: boolean
  finding: string
  hint: string | null
}

/** Names under which lspci(8) lists what can do RDMA. */
const LOOK_FOR_NIC =
  "lspci | grep -iE 'mellanox|infiniband|connectx|e810|bcm57|chelsio'   (is there one?), then sudo modprobe ib_uverbs"

const ANY: PortWish = { device: null, port: null, gidIndex: null, family: 0, source: null }

/** All ways in their order, without going one. The first that is possible is what `--transport rdma` takes. */
export function examineSteps(): StepFinding[] {
  const addon = loadAddon()
  const { ports, problem } = addon.rdmaDevices()
  const present = (['nic', 'software'] as const).map((step): StepFinding => {
    const candidates = ports.filter(({ software }) => software === (step === 'software'))
    if (findPort(candidates, ANY) !== null) {
      return { step, possible: true, finding: candidates.map(describe).join('; '), hint: null }
    }
    const { sentence, hint } = missingDevice(step, candidates, ANY, problem)
    const way = hint ?? (step === 'nic' ? LOOK_FOR_NIC : null)
    return { step, possible: false, finding: inside(sentence), hint: way }
  })
  return [...present, softRoce(findPort(ports, ANY)), lab()]

  function softRoce(existing: PortFound | null): StepFinding {
    const step = 'soft-roce'
    const readiness = softRoceReadiness(addon, null, 0, problem)
    if (!readiness.ready) {
      return { step, possible: false, finding: readiness.reason, hint: readiness.hint }
    }
    const { netdev } = readiness.place
    const taken = ports.find((port) => port.software && port.netdev === netdev)
    if (taken !== undefined) {
      return { step, possible: false, finding: `${netdev} has ${taken.device} already`, hint: null }
    }
    const when = existing === null ? '' : `, if there were no ${existing.device}`
    return { step, possible: true, finding: `can be made on ${netdev}${when}`, hint: null }
  }
}

function lab(): StepFinding {
  const readiness = labReadiness()
  if (!readiness.ready) {
    return { step: 'lab', possible: false, finding: readiness.reason, hint: readiness.hint }
  }
  return { step: 'lab', possible: true, finding: 'can be started: xrbench run --lab', hint: null }
}

/** `rxe0 port 1 (rdma_rxe) on eth0: active, MTU 1024 B, GID 1 = 10.77.0.1`. */
function describe(port: RdmaPort): string {
  const on = port.netdev === '' ? '' : ` on ${port.netdev}`
  const gids = port.gids.flatMap(({ index, gid, type }) => {
    const address = type === 'RoCEv2' ? addressOfGid(gid) : null
    return address === null ? [] : [`GID ${index} = ${address}`]
  })
  const facts = [port.stateWithReason, `MTU ${port.activeMtuBytes} B`, ...gids.slice(0, 4)]
  return `${port.device} port ${port.port} (${port.driver})${on}: ${facts.join(', ')}`
}

/** `No NIC (why).` → `why`. */
function inside(sentence: string): string {
  return /^[^(]*\((.*)\)\.$/.exec(sentence)?.[1] ?? 'there is none'
}
