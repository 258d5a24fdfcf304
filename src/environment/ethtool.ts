import { loadAddon } from '../addon/load.js'
import type { NetworkDevice } from '../results/schema/schema.js'

type EthtoolFacts = Pick<NetworkDevice, 'driverVersion' | 'firmware' | 'offloads' | 'coalescing'>

/** What only the driver of a device knows, by the names of ethtool(8), which need not be there; `null` where it does not say. */
export function ethtoolFacts(device: string): EthtoolFacts {
  const { driverVersion, firmware, offloads, coalescing, ...adaptive } =
    loadAddon().deviceSettings(device)
  return {
    driverVersion: factOf(driverVersion),
    firmware: factOf(firmware),
    offloads: offloads === null ? null : Object.fromEntries(Object.entries(offloads).slice(0, 128)),
    coalescing: coalescing === null ? null : coalescingOf(coalescing, adaptive),
  }
}

function factOf(text: string | null): string | null {
  return text === null || text === 'N/A' ? null : text.slice(0, 256)
}

function coalescingOf(
  numbers: Record<string, number>,
  adaptive: { adaptiveReceive: boolean; adaptiveTransmit: boolean },
): Record<string, string> {
  const entries = Object.entries(numbers).map(([name, value]) => [name, String(value)])
  const [receive, transmit] = [adaptive.adaptiveReceive, adaptive.adaptiveTransmit]
  return Object.fromEntries([
    ...entries,
    ['adaptive-rx', receive ? 'on' : 'off'],
    ['adaptive-tx', transmit ? 'on' : 'off'],
  ])
}
