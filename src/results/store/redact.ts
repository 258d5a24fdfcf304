import { createHmac, randomBytes } from 'node:crypto'
import type { Environment, ResultDocument } from '../schema/schema.js'
import { NamesWithin } from './names-within.js'

/** Options of the command line whose values name a machine or a place on it. */
const NAMING_OPTIONS = ['--peer', '--listen', '--key-file', '--output', '-o']
/** Members that hold an identity and nothing else. */
const IDENTITIES = [
  'hostname',
  'address',
  'macAddress',
  'nodeGuid',
  'localAddress',
  'remoteAddress',
]
/** Members with text for people, in which identities may stand. */
const TEXTS = ['command', 'message', 'hint', 'label', 'sentence']
const NOT_IDENTIFYING = ['', '127.0.0.1', '::1', '0.0.0.0', '::', 'localhost', '00:00:00:00:00:00']

/**
 * A copy of `doc` without host names, addresses, hardware identities and paths: each is replaced by a keyed hash. Equal
 * names stay equal within the document; the key is forgotten, so that nobody can try out addresses.
 */
export function redact(doc: ResultDocument, key: Buffer = randomBytes(32)): ResultDocument {
  const hidden = new Map(identitiesOf(doc).map((name) => [name, hash(name, key)]))
  const names = new NamesWithin([...hidden.keys()])
  const replaceWhole = (text: string) => hidden.get(text) ?? text
  const replaceWithin = (text: string) => names.replaceAll(text, replaceWhole)

  const walk = (value: unknown, replace: (text: string) => string): unknown => {
    if (typeof value === 'string') return replace(value)
    if (Array.isArray(value)) return value.map((item) => walk(item, replace))
    if (value === null || typeof value !== 'object') return value
    const members = Object.entries(value).map(([name, item]) => [name, walk(item, forMember(name))])
    return Object.fromEntries(members)
  }
  const forMember = (name: string) => {
    if (IDENTITIES.includes(name)) return replaceWhole
    return TEXTS.includes(name) ? replaceWithin : (text: string) => text
  }
  return { ...(walk(doc, (text) => text) as ResultDocument), redacted: true }
}

function identitiesOf(doc: ResultDocument): string[] {
  const machines = [doc.environment, doc.labEnvironment ?? []]
    .flatMap((ends) => Object.values(ends))
    .flatMap(ofMachine)
  const settings = doc.cases.flatMap(({ parameters }) => [
    parameters.effective.client,
    parameters.effective.server,
  ])
  const addresses = settings.flatMap((one) => [one?.localAddress ?? '', one?.remoteAddress ?? ''])
  const device = doc.rdmaDevice?.address ?? ''
  const names = [...machines, device, ...addresses, ...named(doc.command)]
  return [...new Set(names)].filter((name) => !NOT_IDENTIFYING.includes(name))
}

function ofMachine({ hostname, network, rdma }: Environment): string[] {
  const { address, device } = network
  const guids = rdma.map(({ nodeGuid }) => nodeGuid)
  return [hostname, address, device?.macAddress, ...guids].map((name) => name ?? '')
}

/** Paths, and the values of naming options: `--peer host:port`, `--peer=host:port`, and the host alone. */
function named(command: readonly string[]): string[] {
  const values = command.flatMap((word, i) => {
    const [option = '', value = ''] = word.split(/=(.*)/, 2)
    if (NAMING_OPTIONS.includes(word)) return command[i + 1] ?? []
    if (NAMING_OPTIONS.includes(option)) return value
    return word.startsWith('/') ? word : []
  })
  return values.flatMap((value) => [value, value.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')])
}

function hash(name: string, key: Buffer): string {
  return `redacted-${createHmac('sha256', key).update(name).digest('hex').slice(0, 12)}`
}
