import { expect, test } from 'vitest'
import { ENTRIES } from '../options/groups.js'
import { DEFAULT_QUIC, DEFAULT_TLS, quicOpensslOptions, quicOptions } from '../plan/quic.js'
import { DEFAULT_RDMA } from '../plan/rdma.js'
import { TRANSPORT_NAMES } from '../plan/transports.js'
import { spec } from '../transports/fixtures/pair.js'
import { wire } from '../transports/fixtures/wire.js'
import type { EndpointSpec } from './addon.js'
import { loadAddon } from './load.js'

/** Every word of the tables, at its place in a spec: the addon has lists of its own. */
const WORDS: [string, string][] = [
  ...TRANSPORT_NAMES.map((name): [string, string] => ['transport', name]),
  ...ENTRIES.flatMap(({ casePath, option: { kind } }) =>
    kind.is === 'word' ? kind.words.map((word): [string, string] => [casePath, word]) : [],
  ),
]
const PATHS = [...new Set(WORDS.map(([path]) => path))]

/** By which the addon reads what stands there. */
const READ_BY: Readonly<Record<string, EndpointSpec['transport']>> = {
  ...{ rdma: 'rdma', tls: 'tls', quic: 'quic', unixType: 'unix' },
}

function specWith(path: string, word: string): object {
  const [head = '', member] = path.split('.')
  const tcp = spec(wire('tcp', 'tcp', '127.0.0.1', 1024), 'server')
  const all = {
    ...{ ...tcp, responseSizeBytes: 64, inflight: 1, rdma: DEFAULT_RDMA, tls: DEFAULT_TLS },
    ...{ quic: quicOptions(DEFAULT_QUIC, 'stream', 'rr'), transport: READ_BY[head] ?? 'tcp' },
    quicOpenssl: quicOpensslOptions(DEFAULT_QUIC, 'rr'),
  }
  if (member === undefined) return { ...all, [head]: word }
  return { ...all, [head]: { ...(all[head as 'rdma' | 'tls' | 'quic'] as object), [member]: word } }
}

/** What the addon has against it; of its first file, which reads the specs of all. */
function complaintOf(path: string, word: string): string {
  try {
    loadAddon().Endpoint.bufferBytes(specWith(path, word) as EndpointSpec)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

test('there is a word of each kind', () => {
  expect(PATHS).toEqual(
    expect.arrayContaining([
      ...['transport', 'workload', 'direction', 'wait', 'unixType', 'tls.cipher', 'tls.handshake'],
      ...['tls.kernel', 'quic.messages', 'quic.congestionControl', 'rdma.queuePair'],
      ...['rdma.operation', 'rdma.connectBy'],
    ]),
  )
})

test.each(WORDS)('the addon knows %s %s', (path, word) => {
  expect(complaintOf(path, word)).not.toContain('one of the known words')
})

test.each(PATHS)('and reads what %s says', (path) => {
  const field = path.split('.').at(-1)
  expect(complaintOf(path, 'nonesuch')).toBe(`${field} must be one of the known words`)
})
