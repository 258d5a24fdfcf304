import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { loadAddon } from '../addon/load.js'
import { captureEnvironment } from '../environment/capture.js'
import { isLabGuest } from '../rdma/lab-step.js'
import { allowedCpus } from '../session/endpoint/cpus.js'
import { transportCapabilities } from '../transports/capabilities.js'
import {
  addonCheck,
  type Check,
  clockCheck,
  cpuCheck,
  environmentChecks,
  type LinkMtu,
  transportCheck,
} from './checks.js'
import { firstWay, labChecks, rdmaChecks } from './rdma.js'

/** What can be measured on this machine, why not, and what to do. */
export interface DoctorDocument {
  /** Name and major version of this document. Within a version, changes only add. */
  schema: 'xrbench.doctor/1'
  /** Whether any transport can be measured. */
  canMeasure: boolean
  /** Each transport that a run can name. */
  transports: Check[]
  /** Ways to an RDMA device, in the order in which they are tried. */
  rdma: Check[]
  /** What the lab is made of; empty within a guest of it. */
  lab: Check[]
  /** CPUs, clock, governor, hypervisor, limits and buffers; the addon where it could be loaded. */
  machine: Check[]
}

/**
 * Looks at this machine; changes nothing. What is missing, the addon too, is in the document with its hint and rejects nothing: an error
 * that comes from here is a fault of xrbench.
 */
export async function doctor(): Promise<DoctorDocument> {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  const hasIpv6 = addresses.some(({ family }) => family === 'IPv6')
  const rdma = rdmaChecks()
  const transports = transportCapabilities().map((found) =>
    transportCheck(found, hasIpv6, firstWay(rdma), linkMtus()),
  )
  const canMeasure = transports.some((check) => check.state === 'ok')
  const lab = isLabGuest() ? [] : labChecks()
  const machine: Check[] = [
    cpuCheck(allowedCpus()),
    ...environmentChecks(await captureEnvironment()),
  ]
  if (canMeasure) {
    const addon = loadAddon()
    machine.unshift(addonCheck(addon.build), clockCheck(addon.clockReport()))
  }
  return { schema: 'xrbench.doctor/1', canMeasure, transports, rdma, lab, machine }
}

/** Of every device that has an address. */
function linkMtus(): LinkMtu[] {
  return Object.keys(networkInterfaces()).flatMap((name) => {
    try {
      const mtuBytes = Number(readFileSync(`/sys/class/net/${name}/mtu`, 'utf8'))
      return Number.isInteger(mtuBytes) ? [{ name, mtuBytes }] : []
    } catch {
      return []
    }
  })
}
