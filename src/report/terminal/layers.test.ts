import { describe, expect, test } from 'vitest'
import { layersOf } from '../../compare/layers.js'
import { DEFAULT_QUIC, DEFAULT_TLS, quicOptions } from '../../plan/quic.js'
import { documentOf, type Measured, mixedCases } from '../../results/fixtures/documents.js'
import {
  caseOf,
  effectiveOf,
  type PingPong,
  pingPongReport,
  streamReport,
} from '../../results/fixtures/reports.js'
import type { ResultDocument } from '../../results/schema/schema.js'
import { renderLayers } from './layer-lines.js'
import { renderTable } from './table.js'
import { palette } from './text.js'

const rounds = 4_000
const settings = { library: 'GnuTLS', version: '3.7.9', builtWith: '3.7.9', protocol: 'TLS1.3' }
const tlsOf = (ktls: boolean): NonNullable<PingPong['client']> => ({
  effective: effectiveOf({
    tls: { ...settings, cipher: 'AES-128-GCM', group: 'X25519', ktls, ktlsProblem: null },
  }),
})
const quic = (messages: 'stream' | 'datagram', nullCrypto: boolean, bodyNs: number): Measured => ({
  case: {
    ...caseOf('quic', 'ping-pong', {
      tls: DEFAULT_TLS,
      quic: quicOptions(DEFAULT_QUIC, messages, 'ping-pong', nullCrypto),
    }),
    key: `quic/${messages}/${nullCrypto}`,
  },
  report: pingPongReport({ rounds, bodyNs }),
})
const tls = (ktls: boolean, bodyNs: number): Measured => ({
  case: {
    ...caseOf('tls', 'ping-pong', {
      tls: { ...DEFAULT_TLS, kernel: ktls ? 'on' : 'off' },
    }),
    key: `tls/${ktls}`,
  },
  report: pingPongReport({ rounds, bodyNs, client: tlsOf(ktls) }),
})
const pingPong = (transport: Measured['case']['transport'], bodyNs: number): Measured => ({
  case: caseOf(transport, 'ping-pong'),
  report: pingPongReport({ rounds, bodyNs }),
})

/** A run of so many rounds, A B B A, whose p50 is what `of` says of a layer in its slot of the whole run. */
function measuredInTurn(
  rounds: number,
  layers: readonly Measured[],
  of: LayerTime,
): ResultDocument {
  const doc = documentOf([...layers], rounds)
  doc.cases.forEach(({ repetitions }, layer) => {
    for (const one of repetitions) {
      const place = one.index % 2 === 0 ? layer : layers.length - 1 - layer
      const p50 = of(layer, one.index * layers.length + place, one.index)
      if (one.latency) one.latency.percentiles = { ...one.latency.percentiles, p50 }
    }
  })
  return doc
}
type LayerTime = (layer: number, slot: number, round: number) => number

const UDP_AND_QUIC = [
  pingPong('udp', 10_000),
  quic('datagram', true, 20_000),
  quic('datagram', false, 30_000),
]

describe('over rounds', () => {
  test.each([2, 3, 4, 5, 6, 7, 8])('%i: a drift of the machine is no layer', (n) => {
    const doc = measuredInTurn(n, UDP_AND_QUIC, (_, slot) => 100_000 + 550 * slot)
    const [chain] = layersOf(doc)
    expect(chain?.layers.map(({ adds }) => adds && Math.round(adds.estimate))).toEqual([null, 0, 0])
  })

  test('all have the rounds that each of them has, and no figure is of another', () => {
    // Of the second round alone there is a figure of every layer.
    const doc = measuredInTurn(2, UDP_AND_QUIC, (layer, _, round) =>
      round === 0 ? 208_000 + 1000 * layer : 725_000 - 100_000 * layer,
    )
    const [first] = doc.cases[1]?.repetitions ?? []
    if (first?.latency) first.latency.percentiles = { ...first.latency.percentiles, p50: null }
    const [chain] = layersOf(doc)
    const adds = chain?.layers.map(({ adds }) => adds && [adds.estimate, adds.rounds])
    expect(adds).toEqual([null, [-100_000, 1], [-100_000, 1]])
  })

  test('each is held against the same round of the layer below, and no other', () => {
    // What a round has of its own is a hundred times what the layer costs.
    const own = [0, 700_000, 300_000, 900_000, 100_000, 500_000]
    const [chain] = layersOf(
      measuredInTurn(
        6,
        UDP_AND_QUIC,
        (layer, _, round) => 50_000 + (own[round] ?? 0) + layer * 5_000,
      ),
    )
    const [, first, second] = chain?.layers ?? []
    for (const layer of [first, second]) {
      expect(layer?.adds).toMatchObject({ estimate: 5_000, low: 5_000, high: 5_000, rounds: 6 })
    }
    expect(first?.adds?.confidence).toBeGreaterThan(0.95)
  })

  test('a round that one of them lacks is left out with its pair', () => {
    const doc = measuredInTurn(6, UDP_AND_QUIC, (layer, slot) => 10_000 * (layer + 1) + 100 * slot)
    const [udp] = doc.cases
    udp?.repetitions.splice(3, 1)
    expect(layersOf(doc)[0]?.layers[1]?.adds).toMatchObject({ estimate: 10_000, rounds: 4 })
  })

  test('each begins with the figure that the table has of it, whatever its rounds say', () => {
    const doc = measuredInTurn(6, UDP_AND_QUIC, (layer, slot) => 9_996 + layer * 10_123 + 30 * slot)
    const text = renderTable(doc, { width: 140, color: false })
    const [chain] = layersOf(doc)
    expect(chain?.layers).toHaveLength(3)
    for (const { key, name, value } of chain?.layers ?? []) {
      expect(value).toBe(
        doc.cases.find((one) => one.key === key)?.summary?.latency?.percentiles.p50,
      )
      const row = text.split('\n').find((line) => line.startsWith(`${key} `))
      const [, p50 = 'no row'] = /^\S+ +([\d.]+ µs)/.exec(row ?? '') ?? []
      expect(text).toMatch(new RegExp(`^  ${name} +${p50}(?: |$)`, 'm'))
    }
    expect(chain?.layers[1]?.adds?.estimate).not.toBe(
      (chain?.layers[1]?.value ?? 0) - (chain?.layers[0]?.value ?? 0),
    )
  })
})

describe('the cost of each layer', () => {
  const doc = documentOf([
    pingPong('udp', 10_000),
    quic('datagram', false, 30_000),
    quic('datagram', true, 20_000),
    pingPong('tcp', 15_000),
    tls(true, 20_000),
    tls(false, 40_000),
  ])

  test('is told from the bottom up, whatever the order of the rows', () => {
    const [udp, tcp, ...others] = layersOf(doc)
    expect(others).toEqual([])
    const steps = (chain = udp) =>
      chain?.layers.map(({ name, adds }) => [name, adds && Math.round(adds.estimate / 1000)])
    expect(steps(udp)).toEqual([
      ['UDP', null],
      ['QUIC datagram without encryption', 10],
      ['QUIC datagram', 10],
    ])
    expect(steps(tcp)).toEqual([
      ['TCP', null],
      ['TLS', 25],
      ['TLS by the kernel (kTLS)', -20],
    ])
  })

  test.each([60, 80, 120])('fits %i columns', (width) => {
    const lines = renderLayers(layersOf(doc), width, palette(false))
    expect(lines.join('\n')).toMatch(/QUIC datagram +3\d\.\d µs +\+\d+\.\d\d µs/)
    expect(lines.join('\n')).toMatch(/kTLS\) +\d\d\.\d µs +−\d\d\.\d\d µs/)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width)
  })

  test('has one heading for all chains of a case', () => {
    const lines = renderLayers(layersOf(doc), 120, palette(false))
    const headings = lines.filter((line) => line.endsWith('full round trip, p50'))
    expect(headings).toEqual(['ping-pong 64B block: full round trip, p50'])
  })

  test('stands beneath the table, which says who encrypts', () => {
    const text = renderTable(doc, { width: 160, color: false })
    expect(text).toContain('What each layer adds')
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      'ktls: TCP with TLS1.3 by GnuTLS 3.7.9, AES-128-GCM, the records by the kernel.',
    )
  })

  test('of streams is CPU for a byte, whatever their messages', () => {
    const quicStream = quicOptions(DEFAULT_QUIC, 'stream', 'stream')
    const doc = documentOf([
      {
        case: caseOf('udp', 'stream', { messageSizeBytes: 1_400 }),
        report: streamReport({ messagesPerSec: 800_000, sizeBytes: 1_400 }),
      },
      {
        case: caseOf('quic', 'stream', {
          ...{ messageSizeBytes: 262_144, tls: DEFAULT_TLS },
          quic: quicStream,
        }),
        report: streamReport({ messagesPerSec: 2_000, sizeBytes: 262_144 }),
      },
    ])
    const [chain] = layersOf(doc)
    expect(chain).toMatchObject({ measure: 'cpu-per-byte', messageSizeBytes: null })
    expect(chain?.layers.map(({ name }) => name)).toEqual(['UDP', 'QUIC stream'])
    const perMessage = doc.cases.map(({ repetitions: [one] }) =>
      one === undefined
        ? 0
        : (one.cpu.client?.perMessageNs ?? 0) + (one.cpu.server?.perMessageNs ?? 0),
    )
    const [udp = 0, quicOwn = 0] = perMessage
    expect(udp).toBeGreaterThan(0)
    expect(chain?.layers[0]?.value).toBeCloseTo(udp / 1_400, 9)
    expect(chain?.layers[1]?.adds?.estimate).toBeCloseTo(quicOwn / 262_144 - udp / 1_400, 9)
  })

  test('of streams of several sizes is told size by size', () => {
    const quicStream = quicOptions(DEFAULT_QUIC, 'stream', 'stream')
    const cases = [64, 16_384].flatMap((messageSizeBytes) => {
      const report = streamReport({ messagesPerSec: 9_000, sizeBytes: messageSizeBytes })
      const own = { messageSizeBytes, tls: DEFAULT_TLS, quic: quicStream }
      return [
        { case: caseOf('udp', 'stream', { messageSizeBytes }), report },
        { case: caseOf('quic', 'stream', own), report },
      ]
    })
    const chains = layersOf(documentOf(cases))
    expect(chains.map((chain) => chain.messageSizeBytes)).toEqual([64, 16_384])
    expect(chains.map(({ layers }) => layers.length)).toEqual([2, 2])
  })

  test('is not told of what does not stand on one another', () => {
    expect(layersOf(documentOf(mixedCases()))).toEqual([])
    expect(layersOf(documentOf([quic('stream', false, 1e4), quic('stream', true, 1e4)]))).toEqual(
      [],
    )
    const sizes = [64, 1024].map((messageSizeBytes) => ({
      case: caseOf(messageSizeBytes === 64 ? 'tcp' : 'tls', 'ping-pong', { messageSizeBytes }),
      report: pingPongReport({
        rounds,
        bodyNs: 1e4,
        sizeBytes: messageSizeBytes,
        client: tlsOf(false),
      }),
    }))
    expect(layersOf(documentOf(sizes))).toEqual([])
  })
})

describe('what a network stack costs at all', () => {
  const local = [pingPong('unix', 4_000), pingPong('shm', 1_000)]
  const namesOf = (cases: Measured[]) =>
    layersOf(documentOf(cases)).map(({ layers }) => layers.map(({ name }) => name))

  test('is told from the memory up, below every chain', () => {
    expect(
      namesOf([...local, pingPong('tcp', 9_000), pingPong('udp', 8_000), tls(false, 20_000)]),
    ).toEqual([
      ['Shared memory', 'AF_UNIX', 'UDP'],
      ['Shared memory', 'AF_UNIX', 'TCP', 'TLS'],
    ])
  })

  test('once where no network was measured, and from where there is something to begin with', () => {
    expect(namesOf(local)).toEqual([['Shared memory', 'AF_UNIX']])
    expect(namesOf([pingPong('shm', 1_000), pingPong('tcp', 9_000)])).toEqual([
      ['Shared memory', 'TCP'],
    ])
    expect(namesOf([...local, tls(false, 20_000)])).toEqual([['Shared memory', 'AF_UNIX']])
  })

  test('is told once, and of the next chain from the layer on that it stands on', () => {
    const doc = documentOf([...local, pingPong('tcp', 9_000), pingPong('udp', 8_000)])
    const lines = renderLayers(layersOf(doc), 120, palette(false))
    const names = lines.flatMap((line) => /^ {2}(\S+(?: \S+)*)/.exec(line)?.[1] ?? [])
    expect(names).toEqual(['Shared memory', 'AF_UNIX', 'UDP', 'AF_UNIX', 'TCP'])
  })

  test('of chains that begin alike the one that goes on stands for both', () => {
    const quics = [quic('stream', true, 20_000), quic('stream', false, 30_000)]
    expect(namesOf([...local, pingPong('udp', 8_000), ...quics])).toEqual([
      ['Shared memory', 'AF_UNIX', 'UDP', 'QUIC stream without encryption', 'QUIC stream'],
    ])
  })
})
