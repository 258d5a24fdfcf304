import type { EffectiveSettings } from '../../addon/addon.js'
import type { TransportName } from '../../plan/case.js'
import { isWithinMachine } from '../../plan/transports.js'
import type { CaseResult } from '../schema/schema.js'
import type { RepetitionReport } from './report.js'

/**
 * What the bytes crossed, by the addresses of the connection; `null` when there never was one.
 * Two addresses of one machine that differ (containers, namespaces) count as a network: their bytes cross a device.
 */
export function pathOf(transport: TransportName, report: RepetitionReport): CaseResult['path'] {
  const settings = report.client.outcome?.effective ?? report.server.outcome?.effective
  if (settings !== undefined && isWithinMachine(transport)) return 'loopback'
  if (settings === undefined || settings.remoteAddress === '') return null
  if (isLoopback(settings)) return 'loopback'
  if (transport !== 'rdma') return 'network'
  return settings.rdma?.software === true ? 'software' : 'hardware'
}

function isLoopback({ localAddress, remoteAddress }: EffectiveSettings): boolean {
  const remote = remoteAddress.replace(/^::ffff:/i, '')
  return remote === '::1' || remote.startsWith('127.') || remoteAddress === localAddress
}
