import type { NativeFault } from '../addon/addon.js'
import { loadAddon } from '../addon/load.js'
import { attemptsLine, type DeviceAttempt, type DeviceStep, refused } from './device-step.js'
import { isLoopbackAddress } from './gid-address.js'
import { isLabGuest, labReadiness } from './lab-step.js'
import { missingDevice } from './missing-device.js'
import { findPort, type PortFound, type PortWish } from './port-search.js'
import { routeSource } from './route.js'
import { makeSoftRoce, type SoftRoceWish } from './soft-roce.js'
import { softRoceReadiness } from './soft-roce-readiness.js'
import { recordFolder } from './soft-roce-record.js'
import { removeOrphans } from './soft-roce-removal.js'

export type { DeviceAttempt, DeviceStep } from './device-step.js'

export interface DeviceChoiceOptions {
  /** Numeric; `null`: both ends are on this machine. */
  peerAddress: string | null
  /** The address that the device has to have, where that is known; a loopback one is any. */
  ownAddress?: string | null
  family: 4 | 6 | 0
  device: string | null
  port: number | null
  gidIndex: number | null
  /** What becomes of a SoftRoCE device that is needed; `look`: whether one could be made is said, and none is. */
  softRoce: 'make' | 'look' | 'never'
  lab: 'auto' | 'never'
  /** Gets the line that says which step was taken, and why none before it. */
  say: (line: string) => void
}

export interface DeviceChoice {
  /** `null`: none is possible. */
  step: DeviceStep | null
  /** In the list's order; the last is the one taken. */
  attempts: readonly DeviceAttempt[]
  /** `null` for the lab. */
  device: string | null
  port: number | null
  gidIndex: number | null
  /**
   * Numeric local address with a RoCE v2 GID on that device: a local session runs over it (both ends on this machine), and against a peer
   * it is the route's source. `null` for the lab, and for InfiniBand when both ends are here.
   */
  address: string | null
  /** Removes a SoftRoCE device that was made for this. Idempotent, never throws. */
  release(): Promise<void>
}

/** Finds or makes the device for a run, by the list of the steps in their order. Never throws for what this machine lacks. */
export async function chooseRdmaDevice(options: DeviceChoiceOptions): Promise<DeviceChoice> {
  const attempts: DeviceAttempt[] = []
  const found = await walk(options, attempts)
  options.say(`rdma: ${attemptsLine(attempts)}${found === null ? '; nothing is left to try' : ''}`)
  return { ...(found ?? NOWHERE), attempts }
}

/** A device that a crashed run left is not taken for one that is there. */
function removeLeftovers(): void {
  const folder = recordFolder()
  if (folder !== null) removeOrphans(loadAddon().rdmaLink, folder)
}

type Found = Omit<DeviceChoice, 'attempts'>

const NOWHERE: Found = {
  step: null,
  device: null,
  port: null,
  gidIndex: null,
  address: null,
  release: async () => {},
}

async function walk(
  options: DeviceChoiceOptions,
  attempts: DeviceAttempt[],
): Promise<Found | null> {
  removeLeftovers()
  const { ports, problem } = loadAddon().rdmaDevices()
  const wish = await wishOf(options)
  for (const step of ['nic', 'software'] as const) {
    const candidates = ports.filter(({ software }) => software === (step === 'software'))
    const found = findPort(candidates, wish)
    if (found !== null) {
      attempts.push({ step, taken: true, sentence: `Using ${describe(found)}.`, hint: null })
      return { ...NOWHERE, ...place(found), step }
    }
    attempts.push(missingDevice(step, candidates, wish, problem))
  }
  if (options.device !== null) {
    const why = `device ${options.device} was asked for`
    attempts.push(refused('soft-roce', `Cannot make one (${why}).`, 'leave --device out'))
    attempts.push(refused('lab', `Not the lab (${why}).`, 'leave --device out'))
    return null
  }
  return (await softRoce(options, wish, problem, attempts)) ?? lab(options, attempts)
}

async function softRoce(
  { softRoce: what }: DeviceChoiceOptions,
  { source, family }: PortWish,
  problem: NativeFault | null,
  attempts: DeviceAttempt[],
): Promise<Found | null> {
  const step = 'soft-roce'
  if (what === 'never') {
    attempts.push(refused(step, 'Made none (--no-soft-roce).', 'leave --no-soft-roce out'))
    return null
  }
  if (what === 'look') return softRoceToBe({ source, family, problem }, attempts)
  const made = await makeSoftRoce(loadAddon(), { source, family, problem })
  if ('reason' in made) {
    attempts.push(refused(step, `Cannot make one (${made.reason}).`, made.hint))
    return null
  }
  const sentence = `Made ${describe(made.found)}; it is removed at the end.`
  attempts.push({ step, taken: true, sentence, hint: null })
  return { ...place(made.found), step, release: made.release }
}

/** That which would be made for the run. */
function softRoceToBe(
  { source, family, problem }: SoftRoceWish,
  attempts: DeviceAttempt[],
): Found | null {
  const step = 'soft-roce'
  const readiness = softRoceReadiness(loadAddon(), source, family, problem)
  if (!readiness.ready) {
    attempts.push(refused(step, `Cannot make one (${readiness.reason}).`, readiness.hint))
    return null
  }
  const { netdev, address } = readiness.place
  const sentence = `Would make a SoftRoCE device on ${netdev}, ${address}.`
  attempts.push({ step, taken: true, sentence, hint: null })
  return { ...NOWHERE, step, address }
}

async function wishOf(options: DeviceChoiceOptions): Promise<PortWish> {
  const { device, port, gidIndex, family, peerAddress, ownAddress = null } = options
  const source = peerAddress === null ? ownAddress : await routeSource(peerAddress)
  const isLocal = source === null || isLoopbackAddress(source)
  return { device, port, gidIndex, family, source: isLocal ? null : source }
}

function place({ device, port, gidIndex, address }: PortFound) {
  return { device, port, gidIndex, address }
}

function describe({ device, port, address, netdev }: PortFound): string {
  const on = netdev === null ? '' : ` on ${netdev}`
  return `${device} port ${port}${on}${address === null ? '' : `, ${address}`}`
}

function lab(options: DeviceChoiceOptions, attempts: DeviceAttempt[]): Found | null {
  if (options.peerAddress !== null) {
    const why = isLabGuest() ? 'this is a guest of the lab' : 'a peer is another machine'
    attempts.push(refused('lab', `Not the lab (${why}).`, null))
    return null
  }
  if (options.lab === 'never') {
    attempts.push(refused('lab', 'Not the lab (--no-lab).', 'leave --no-lab out'))
    return null
  }
  const readiness = labReadiness()
  if (!readiness.ready) {
    attempts.push(refused('lab', `No lab (${readiness.reason}).`, readiness.hint))
    return null
  }
  attempts.push({ step: 'lab', taken: true, sentence: 'Using the lab.', hint: null })
  return { ...NOWHERE, step: 'lab' }
}
