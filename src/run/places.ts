import type { RdmaOptions } from '../addon/addon.js'
import { environmentError, type XrbenchError } from '../errors.js'
import { chooseRdmaDevice, type DeviceChoice, type DeviceChoiceOptions } from '../place/device.js'
import type { TransportName } from '../plan/case.js'
import { isWithinMachine } from '../plan/transports.js'
import type { RunEvent } from './events.js'
import { problemOf } from './problem.js'
import { chooseTransports, type LeftOut } from './transports.js'
import type { Whereabouts } from './whereabouts.js'
import { type Elsewhere, isHere, keepWithinReach } from './within-machine.js'

interface PlaceRequest {
  asked: readonly TransportName[] | 'all'
  lab: Whereabouts['lab']
  softRoce: DeviceChoiceOptions['softRoce']
  /** Numeric; `null`: both ends are on this machine. */
  peerAddress: string | null
  family: 4 | 6 | 0
  rdma: Pick<RdmaOptions, 'device' | 'port' | 'gidIndex'>
  onEvent: (event: RunEvent) => void
}

/** Which transports are measured where. */
export interface RunPlaces {
  host: readonly TransportName[]
  lab: readonly TransportName[]
  /** `null`: none was needed on this machine. To be released. */
  device: DeviceChoice | null
  leftOut: readonly LeftOut[]
}

/**
 * RDMA goes where there is a device for it, by the list of ways to one; where that is the lab, whatever else is measured here is measured
 * there too, over the same wire.
 * @throws {XrbenchError} exit 3 when a transport that was named cannot be measured
 */
export async function choosePlaces(request: PlaceRequest): Promise<RunPlaces> {
  const { asked, lab, rdma, onEvent } = request
  const note = (text: string) => onEvent({ type: 'note', text })
  const chosen = chooseTransports(asked)
  const { leftOut } = chosen
  const elsewhere = elsewhereOf(request)
  const wanted =
    elsewhere === null
      ? chosen.wanted
      : keepWithinReach(chosen.wanted, elsewhere, asked !== 'all', note)
  const places = { host: wanted, lab: [], device: null, leftOut }
  for (const { transport, why } of leftOut) {
    onEvent({ type: 'left-out', transport, reason: problemOf(why) })
  }
  if (lab === 'only') return { ...places, host: [], lab: wanted }
  if (!wanted.includes('rdma')) return places
  const device = await chooseRdmaDevice({
    peerAddress: request.peerAddress,
    family: request.family,
    device: rdma.device,
    port: rdma.port,
    gidIndex: rdma.gidIndex,
    softRoce: request.softRoce,
    lab: lab === 'never' ? 'never' : 'auto',
    say: note,
  })
  const others = wanted.filter((transport) => transport !== 'rdma')
  if (device.step === 'lab') {
    const inLab = wanted.filter((transport) => !isWithinMachine(transport))
    return { ...places, host: others, lab: inLab, device }
  }
  if (device.step !== null) return { ...places, device }
  const noRdma = noDevice(device)
  if (asked !== 'all' || others.length === 0) throw noRdma
  return {
    ...places,
    host: others,
    device,
    leftOut: [...leftOut, { transport: 'rdma', why: noRdma }],
  }
}

/** `null`: both ends are on this machine. */
function elsewhereOf({ lab, peerAddress }: PlaceRequest): Elsewhere | null {
  if (lab === 'only') return { kind: 'lab' }
  if (peerAddress === null || isHere(peerAddress)) return null
  return { kind: 'peer', address: peerAddress }
}

function noDevice({ attempts }: DeviceChoice): XrbenchError {
  const hints = attempts.flatMap(({ hint }) => hint ?? [])
  return environmentError(
    'XRB_RDMA_UNAVAILABLE',
    `RDMA cannot be measured. ${attempts.map(({ sentence }) => sentence).join(' ')}`,
    // The last way is the one that most machines have.
    hints.at(-1) ?? 'xrbench doctor',
  )
}
