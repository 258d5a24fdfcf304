import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { loadAddon } from '../addon/load.js'
import { captureEnvironment } from '../environment/capture.js'
import { EXIT_CODES } from '../errors.js'
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
} from './doctor-checks.js'
import { firstWay, labChecks, rdmaChecks } from './doctor-rdma.js'
import { print } from './output.js'
import { packageVersion } from './version.js'

/** Prints what can be measured here. Exit 3 when nothing can. */
export async function doctorAction(options: { json: boolean }): Promise<void> {
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
  if (!canMeasure) process.exitCode = EXIT_CODES.environment
  if (options.json) {
    const document = { schema: 'xrbench.doctor/1', canMeasure, transports, rdma, lab, machine }
    await print(`${JSON.stringify(document, null, 2)}\n`)
    return
  }
  await print(
    [
      `xrbench ${packageVersion()}, Node.js ${process.version}`,
      ...section('Transports', transports),
      ...section('Ways to an RDMA device, in the order in which they are tried', rdma),
      ...section('What the lab is made of', lab),
      ...section('This machine', machine),
      '',
      canMeasure ? 'Next: xrbench run' : 'Nothing can be measured here yet: see the hints above.',
      '',
    ].join('\n'),
  )
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

const WORDS: Readonly<Record<Check['state'], string>> = {
  ok: 'ok',
  doubt: 'doubt',
  no: 'no',
  unknown: '?',
}

function section(title: string, checks: readonly Check[]): string[] {
  if (checks.length === 0) return []
  const width = Math.max(...checks.map((check) => check.name.length))
  const lines = checks.flatMap(({ name, state, finding, hint }) => {
    const head = `  ${name.padEnd(width)}  ${WORDS[state].padEnd(5)}  `
    return hint === null
      ? [head + finding]
      : [head + finding, `${' '.repeat(head.length)}→ ${hint}`]
  })
  return ['', title, ...lines]
}
