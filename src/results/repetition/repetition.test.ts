import { describe, expect, test } from 'vitest'
import { countsOf, recordRaw } from '../fixtures/histograms.js'
import {
  caseOf,
  endOf,
  linkOf,
  markAt,
  pingPongReport,
  reportOf,
  roundTrips,
  SECOND,
} from '../fixtures/reports.js'
import { decodeHistogram } from '../histogram/codec.js'
import { repetitionSchema } from '../schema/schema.js'
import { buildRepetition } from './repetition.js'

const tcpPingPong = caseOf('tcp', 'ping-pong')
const udpPingPong = caseOf('udp', 'ping-pong')

describe('a ping-pong', () => {
  const report = pingPongReport({ rounds: 40_000, bodyNs: 20_000 })
  const repetition = buildRepetition(tcpPingPong, 1, 7, report)

  test('is valid, in place, and free of doubt', () => {
    expect(repetitionSchema.parse(repetition)).toEqual(repetition)
    expect(repetition).toMatchObject({ index: 1, order: 7, status: 'completed', flags: [] })
  })

  test('counts the measured phase alone', () => {
    expect(repetition).toMatchObject({ durationNs: 2 * SECOND, messages: 40_000, bytes: 2_560_000 })
    expect(repetition.warmup).toEqual({ durationNs: 0.2 * SECOND, ended: 'steady' })
  })

  test('keeps the whole round trip', () => {
    const raw = recordRaw(roundTrips(40_000, 20_000))
    expect(repetition.latency).toMatchObject({
      spans: 'round-trip',
      count: 40_000,
      minNs: raw.minNs,
      maxNs: raw.maxNs,
      meanNs: raw.sumNs / 40_000,
      percentilesWithLoss: null,
    })
  })

  test('says round trips per second, at the initiator', () => {
    expect(repetition.throughput).toEqual({
      goodputBitsPerSec: 20_000 * 64 * 8,
      messagesPerSec: 20_000,
      measuredAt: 'initiator',
      perDirection: { up: null, down: null },
    })
    expect(repetition.loss).toBeNull()
  })

  test('has the warm-up of all links together, where there was one', () => {
    const warmup = { durationNs: 0.35 * SECOND, ended: 'cap' as const }
    const directed = buildRepetition(tcpPingPong, 1, 7, { ...report, warmup, window: null })
    expect(directed).toMatchObject({ warmup, skewNs: null, flags: [] })
    expect(repetition.skewNs).toBe(0)
  })

  test('has intervals that add up', () => {
    const [sum, ...others] = repetition.intervals.map(({ latency }) =>
      decodeHistogram(latency?.histogram ?? ''),
    )
    for (const other of others) sum?.add(other)
    const whole = decodeHistogram(repetition.latency?.histogram ?? '')
    expect(sum && countsOf(sum)).toEqual(countsOf(whole))
    expect(repetition.intervals.map(({ startNs }) => startNs)).toEqual([0, SECOND])
  })

  test('takes the CPU of each end over the same round trips', () => {
    const { client, server } = repetition.cpu
    expect(client).toMatchObject({ userNs: 0.2 * SECOND, systemNs: 0.6 * SECOND, pinnedCpus: [3] })
    expect(client?.perMessageNs).toBe(20_000)
    expect(server?.windowNs).toBeCloseTo(2 * SECOND, -3)
    expect(server?.perMessageNs).toBeCloseTo(20_000, 3)
    expect(server?.utilisation).toBeCloseTo(0.4)
  })
})

describe('a lossy ping-pong', () => {
  const report = pingPongReport({ rounds: 4_000, bodyNs: 20_000, lost: 100 })
  const repetition = buildRepetition(udpPingPong, 0, 0, report)

  test('counts what was lost', () => {
    expect(repetition.loss).toMatchObject({ sent: 4_100, lost: 100, lostFraction: 100 / 4_100 })
    expect(repetition.flags).toContain('loss')
  })

  test('has percentiles with and without it', () => {
    expect(repetition.latency?.percentiles.p99).not.toBeNull()
    expect(repetition.latency?.percentilesWithLoss).toMatchObject({ p99: null })
    expect(repetition.latency?.unavailableWithLoss.p99).toBe('lost')
  })
})

describe('what is missing is null', () => {
  test('when the far end could not report', () => {
    const report = pingPongReport({ rounds: 1_000, bodyNs: 20_000 })
    const { cpu, clock, latency } = buildRepetition(tcpPingPong, 0, 0, {
      ...report,
      server: { ...report.server, outcome: null },
    })
    expect([cpu.server, clock.server]).toEqual([null, null])
    expect(latency?.count).toBe(1_000)
  })

  test('when the run failed before it measured', () => {
    const idle = { ...endOf([]), outcome: null, build: null }
    const failed = buildRepetition(tcpPingPong, 0, 0, {
      ...reportOf(idle, idle),
      status: 'failed',
      failure: { code: 'XRB_PEER_SILENT', exitCode: 4, message: 'Silence.', hint: null },
    })
    expect(repetitionSchema.parse(failed)).toEqual(failed)
    expect(failed).toMatchObject({
      status: 'failed',
      failure: { code: 'XRB_PEER_SILENT' },
      messages: null,
      latency: null,
      throughput: null,
      flags: ['failed'],
    })
  })

  test('when the measured phase never ended', () => {
    const report = reportOf(endOf([linkOf('initiator', [markAt(0.2)])]), endOf([]))
    const { durationNs, throughput, intervals } = buildRepetition(tcpPingPong, 0, 0, report)
    expect({ durationNs, throughput, intervals }).toEqual({
      durationNs: null,
      throughput: null,
      intervals: [],
    })
  })
})

test('what an RDMA port counted is kept as it was told, for each end', () => {
  const counted = { sent_pkts: 40_000, rcvd_pkts: 40_001 }
  const report = reportOf(
    { ...endOf([]), rdmaCounters: counted },
    { ...endOf([]), rdmaCounters: null },
  )
  expect(buildRepetition(tcpPingPong, 0, 0, report).rdmaCounters).toEqual({
    client: counted,
    server: null,
  })
})
