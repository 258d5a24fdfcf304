import { ENTRIES } from '../options/groups.js'
import type { Held } from '../options/option.js'
import type { CaseResult } from '../results/schema/schema.js'
import { formatDuration, formatSize } from '../units.js'
import { type Fact, WHOLE } from './fact.js'

type Requested = CaseResult['parameters']['requested']

const HELD = new Map(ENTRIES.map(({ casePath, option }) => [casePath, option.held]))
const MAKERS = { question: WHOLE.stop, transport: WHOLE.noteTransport, note: WHOLE.note }

/**
 * Everything that was asked for. The name of a case leaves out what stands at its default, and another version may have
 * another default: so all of it is a fact, what is added to the parameters later too.
 */
export function requestFacts(requested: Requested): Fact[] {
  // How was waited has a fact with words of its own, and how long a connection may take ends what hangs.
  const { wait: _, connectTimeoutNs: __, ...asked } = requested
  return valuesIn(asked).flatMap(([path, value]) => {
    const held = heldAs(path)
    return held === 'none' ? [] : [MAKERS[held](nameOf(path), value)]
  })
}

/** What has a group is one transport's, and what an older or a newer version has there as well. */
function heldAs(path: string): Held {
  return HELD.get(path) ?? (path.includes('.') ? 'transport' : 'note')
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
