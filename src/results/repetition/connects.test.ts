import { expect, test } from 'vitest'
import { DEFAULT_TLS } from '../../plan/quic.js'
import { summarise } from '../document/summary.js'
import { recordRaw } from '../fixtures/histograms.js'
import { caseOf, pingPongReport } from '../fixtures/reports.js'
import { buildRepetition } from './repetition.js'

const c = caseOf('tls', 'connect')

/** A thousand connections. */
function connectReport(times: { latencyNs: number; handshakeNs: number; earlyData?: number }) {
  const all = (ns: number) => recordRaw(Array.from({ length: 1000 }, () => ns))
  const connects = {
    ...{ made: 1000, resumed: 1000, earlyData: times.earlyData ?? 0 },
    handshake: all(times.handshakeNs),
  }
  const link = { latency: all(times.latencyNs), connects }
  return pingPongReport({ rounds: 1000, bodyNs: times.latencyNs, link })
}

test('a repetition of connects keeps both times and how connections came about', () => {
  const repetition = buildRepetition(
    c,
    0,
    0,
    connectReport({ latencyNs: 900_000, handshakeNs: 600_000 }),
  )
  expect(repetition.latency).toMatchObject({ spans: 'connect', count: 1000 })
  expect(repetition.latency?.percentiles.p50).toBeCloseTo(900_000, -3)
  expect(repetition.connects).toMatchObject({
    ...{ made: 1000, resumed: 1000, earlyData: 0 },
    handshake: { spans: 'handshake', count: 1000 },
  })
  expect(repetition.connects?.handshake.percentiles.p50).toBeCloseTo(600_000, -3)
  expect(repetition.throughput?.measuredAt).toBe('initiator')
})

test.each([
  ['0rtt', 1000, []],
  ['0rtt', 999, ['early-data-refused']],
  ['resumed', 0, []],
] as const)('%s, whose early data was taken %i times of 1000', (handshake, earlyData, flags) => {
  const tls = { ...DEFAULT_TLS, handshake }
  const report = connectReport({ latencyNs: 900_000, handshakeNs: 600_000, earlyData })
  expect(buildRepetition(caseOf('quic', 'connect', { tls }), 0, 0, report).flags).toEqual(flags)
})

test('repetitions are merged, never averaged', () => {
  const repetitions = [100_000, 300_000].map((handshakeNs, i) =>
    buildRepetition(c, i, i, connectReport({ latencyNs: 900_000, handshakeNs })),
  )
  const { latency, connects } = summarise(c, repetitions)
  expect(latency).toMatchObject({ spans: 'connect', count: 2000 })
  expect(connects).toMatchObject({ made: 2000, handshake: { count: 2000 } })
  expect(connects?.handshake.percentiles.p50).toBeCloseTo(100_000, -3)
  expect(connects?.handshake.percentiles.p99).toBeCloseTo(300_000, -3)
})

test('other workloads have none', () => {
  const other = caseOf('tcp', 'ping-pong')
  const report = connectReport({ latencyNs: 900_000, handshakeNs: 600_000 })
  expect(buildRepetition(other, 0, 0, report)).not.toHaveProperty('connects')
})
