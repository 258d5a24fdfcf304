import type { NetworkDevice } from '../results/schema/schema.js'
import { toolOutput } from './tool-output.js'

export type EthtoolFacts = Pick<
  NetworkDevice,
  'driverVersion' | 'firmware' | 'offloads' | 'coalescing'
>

/** What only ethtool knows of a device; all `null` when it is missing. */
export async function ethtoolFacts(device: string): Promise<EthtoolFacts> {
  const [info, features, coalescing] = await Promise.all(
    ['-i', '-k', '-c'].map((option) => toolOutput('ethtool', [option, device])),
  )
  return {
    driverVersion: fieldOf(info, 'version'),
    firmware: fieldOf(info, 'firmware-version'),
    offloads: parseFeatures(features ?? null),
    coalescing: parseCoalescing(coalescing ?? null),
  }
}

function fieldOf(text: string | null | undefined, name: string): string | null {
  const value = new RegExp(`^${name}:[ \\t]*(.+)$`, 'm').exec(text ?? '')?.[1]?.trim()
  return value === undefined || value === 'N/A' ? null : value.slice(0, 256)
}

/** Lines of `ethtool -k`, as `tcp-segmentation-offload: off [requested on]`. */
export function parseFeatures(text: string | null): Record<string, boolean> | null {
  const lines = [...(text ?? '').matchAll(/^\s*([a-z0-9-]+): (on|off)\b/gm)]
  const entries = lines.slice(0, 128).map(([, name = '', state]) => [name, state === 'on'])
  return entries.length > 0 ? Object.fromEntries(entries) : null
}

/** Lines of `ethtool -c`: `rx-usecs: 8`, and `Adaptive RX: on  TX: off`. */
export function parseCoalescing(text: string | null): Record<string, string> | null {
  if (text === null) return null
  const lines = [...text.matchAll(/^([a-z0-9-]+):[ \t]*(\d+)$/gm)]
  const entries = lines.slice(0, 60).map(([, name = '', value = '']) => [name, value])
  const adaptive = /^Adaptive RX: (on|off)\s+TX: (on|off)/m.exec(text)
  if (adaptive !== null)
    entries.push(['adaptive-rx', adaptive[1] ?? ''], ['adaptive-tx', adaptive[2] ?? ''])
  return entries.length > 0 ? Object.fromEntries(entries) : null
}
