import type { CaseResult } from '../results/schema/schema.js'
import { formatDuration, formatSize } from '../units.js'
import { type Fact, WHOLE } from './fact.js'

type Requested = CaseResult['parameters']['requested']

/** Where one of these differs, something else was asked. */
const QUESTION = [
  'messageSizeBytes',
  'responseSizeBytes',
  'inflight',
  'direction',
  'streams',
  'rateBitsPerSec',
]
/** What only some transports have, or have another default for. */
const OF_A_TRANSPORT = /^(socket|rdma|tls|quic|quicOpenssl|unixType|messageTimeoutNs)\b/

/**
 * Said by facts with words of their own, or no figure depends on it: how finely the time series is cut, when what hangs is given up, and how
 * a device is called on one machine.
 */
const LEFT_OUT = [
  'wait',
  'durationNs',
  'iterations',
  'intervalNs',
  'idleTimeoutNs',
  'connectTimeoutNs',
  'rdma.device',
  'rdma.port',
  'rdma.gidIndex',
]

/**
 * Everything that was asked for. The name of a case leaves out what stands at its default, and another version may have
 * another default: so all of it is a fact, what is added to the parameters later too.
 */
export function requestFacts(requested: Requested): Fact[] {
  return valuesIn(requested).flatMap(([path, value]) => {
    if (LEFT_OUT.includes(path)) return []
    const { stop, note, noteTransport } = WHOLE
    const make = QUESTION.includes(path) ? stop : OF_A_TRANSPORT.test(path) ? noteTransport : note
    return [make(nameOf(path), value)]
  })
}

function valuesIn(part: object, before = ''): [string, string | null][] {
  return Object.entries(part).flatMap(([name, value]): [string, string | null][] => {
    const path = `${before}${name}`
    if (path === 'pin') return [[path, pinWords(value)]]
    if (typeof value === 'object' && value !== null) return valuesIn(value, `${path}.`)
    return [[path, wordsFor(path, value)]]
  })
}

function pinWords(pin: Requested['pin']): string {
  return typeof pin === 'string' ? pin : `${pin.client.join('+')}:${pin.server.join('+')}`
}

function wordsFor(path: string, value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (typeof value !== 'number') return String(value)
  if (path.endsWith('Ns')) return formatDuration(value)
  return path.endsWith('Bytes') ? formatSize(value) : String(value)
}

/** `socket.sendBufferBytes`: requested socket send buffer. */
function nameOf(path: string): string {
  const words = path.replace(/(Ns|Bytes)$/, '').replaceAll(/[.]|(?=[A-Z])/g, ' ')
  return `requested ${words.toLowerCase()}`
}
