import { usageError } from '../../errors.js'
import { ENTRIES } from '../../options/groups.js'
import { TRANSPORT_NAMES, type TransportName } from '../../plan/transports.js'
import type { OptionNames } from '../../run/names.js'
import type { MeasureRequest } from '../../run/request.js'
import { givenOf } from '../flags/group.js'
import { parseList, parseWord } from '../flags/list.js'
import { refuseSocketPort } from '../flags/rdma-port.js'
import type { RunFlags } from './flags.js'

/** What the command line asks to be measured. @throws {XrbenchError} exit 2, for the first option that cannot be read */
export function readRunFlags(flags: RunFlags, names: OptionNames): MeasureRequest {
  if (flags.ipv4 && flags.ipv6) {
    throw usageError('XRB_USAGE', '--ipv4 and --ipv6 exclude one another.', 'give one of them')
  }
  if (flags.port !== undefined) {
    refuseSocketPort(String(flags.port), names.label('port'), (port) => `--peer HOST:${port}`)
  }
  const request: Record<string, unknown> = {
    transports:
      typeof flags.transport === 'string'
        ? parseTransports(flags.transport, names.label('transport'))
        : 'all',
    family: flags.ipv6 ? 6 : 4,
  }
  for (const entry of ENTRIES) {
    const value = givenOf(entry, flags, (attribute) => names.label(attribute))
    if (value !== undefined) put(request, entry.path.split('.'), value)
  }
  return request as unknown as MeasureRequest
}

function put(request: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first = '', member] = path
  if (member === undefined) request[first] = value
  else request[first] = { ...(request[first] as object | undefined), [member]: value }
}

function parseTransports(text: string, label: string): readonly TransportName[] | 'all' {
  const names = parseList(text, label, (item) =>
    parseWord(item, label, 'transport', [...TRANSPORT_NAMES, 'all'], 'XRB_UNKNOWN_TRANSPORT'),
  )
  if (!names.includes('all')) return names as TransportName[]
  if (names.length === 1) return 'all'
  throw usageError('XRB_BAD_LIST', `${label}: 'all' stands alone.`, '--transport all')
}
