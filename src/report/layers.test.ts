import { describe, expect, test } from 'vitest'
import { DEFAULT_QUIC, DEFAULT_TLS, quicOptions } from '../plan/quic.js'
import { documentOf, type Measured, mixedCases } from '../results/fixtures/documents.js'
import {
  caseOf,
  effectiveOf,
  type PingPong,
  pingPongReport,
  streamReport,
} from '../results/fixtures/reports.js'
import { renderLayers } from './layer-lines.js'
import { layersOf } from './layers.js'
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
const pingPong = (transport: 'udp' | 'tcp', bodyNs: number): Measured => ({
  case: caseOf(transport, 'ping-pong'),
  report: pingPongReport({ rounds, bodyNs }),
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
      chain?.layers.map(({ name, adds }) => [name, adds && Math.round(adds.median / 1000)])
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
    expect(lines.join('\n')).toMatch(/QUIC datagram +3\d\.\d µs +\+\d+\.\d+ µs/)
    expect(lines.join('\n')).toContain('−20.0 µs')
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
    const [chain] = layersOf(
      documentOf([
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
      ]),
    )
    expect(chain).toMatchObject({ measure: 'cpu-per-byte', messageSizeBytes: null })
    expect(chain?.layers.map(({ name }) => name)).toEqual(['UDP', 'QUIC stream'])
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
