import { describe, expect, test } from 'vitest'
import { recordLatencies, recordRaw } from '../fixtures/histograms.js'
import { caseOf, pingPongReport, roundTrips, streamReport } from '../fixtures/reports.js'
import { percentilesOf } from '../histogram/percentiles.js'
import { buildRepetition } from '../repetition/repetition.js'
import { summarySchema } from '../schema/schema.js'
import { spreadOf, summarise } from './summary.js'

describe('a summary', () => {
  const c = caseOf('tcp', 'ping-pong')
  const bodies = [20_000, 60_000, 25_000]
  const repetitions = bodies.map((bodyNs, i) =>
    buildRepetition(c, i, i, pingPongReport({ rounds: 8_000, bodyNs })),
  )

  test('has the percentiles of all samples together, not a mean of percentiles', () => {
    const all = recordLatencies(bodies.flatMap((bodyNs) => roundTrips(8_000, bodyNs)))
    const { latency } = summarise(c, repetitions)
    expect(latency?.percentiles).toEqual(percentilesOf(all).percentiles)
    expect(latency?.percentiles.p999).not.toBeNull()
    expect(latency).toMatchObject({ count: 24_000, minNs: all.minNs, maxNs: all.maxNs })
    expect(latency?.meanNs).toBeCloseTo(all.sumNs / all.count, 3)
  })

  test('shows how far the repetitions lie apart', () => {
    const own = repetitions.map(({ latency }) => latency?.percentiles.p50 ?? 0)
    const [min, median, max] = own.toSorted((a, b) => a - b)
    expect(summarise(c, repetitions).spread.p50Ns).toEqual({ median, min, max, count: 3 })
  })

  test('leaves out what did not complete, unless there is nothing else', () => {
    const [one, two] = repetitions.map((repetition) => ({
      ...repetition,
      status: 'aborted' as const,
    }))
    const [, , whole] = repetitions
    if (!(one && two && whole)) throw new Error('three repetitions')
    expect(summarise(c, [one, two, whole])).toMatchObject({
      repetitions: 1,
      latency: { count: 8_000 },
    })
    expect(summarise(c, [one, two])).toMatchObject({ repetitions: 0, latency: { count: 16_000 } })
  })

  test('has no figure where all failed, and none of one in which nothing arrived', () => {
    const failed = repetitions.map((repetition) => ({ ...repetition, status: 'failed' as const }))
    expect(summarise(c, failed)).toMatchObject({
      ...{ repetitions: 0, latency: null },
      spread: { p50Ns: null, messagesPerSec: null },
    })
    const stream = caseOf('tcp', 'stream', { messageSizeBytes: 1_000 })
    const [whole, silent] = [1_000, 0].map((messagesPerSec, i) =>
      buildRepetition(stream, i, i, streamReport({ messagesPerSec, sizeBytes: 1_000 })),
    )
    if (!(whole && silent)) throw new Error('two repetitions')
    expect(silent.flags).toContain('nothing-arrived')
    expect(summarise(stream, [whole, silent])).toMatchObject({
      repetitions: 2,
      spread: { goodputBitsPerSec: { median: 8e6, min: 8e6, count: 1 } },
    })
  })

  test('has what is timed besides the latency, the samples of all repetitions by their name', () => {
    const all = (ns: number, times: number) => recordRaw(Array.from({ length: times }, () => ns))
    const timed = [
      { service: all(5_000, 1_000), lag: all(70, 3) },
      { service: all(9_000, 3_000) },
      { service: all(1, 500) },
    ].map((histograms, i) =>
      buildRepetition(
        c,
        i,
        i,
        pingPongReport({ rounds: 1_000, bodyNs: 9_000, link: { histograms } }),
      ),
    )
    const [one, two, three] = timed
    if (!(one && two && three)) throw new Error('three repetitions')
    const summary = summarise(c, [one, two, { ...three, status: 'aborted' }])
    expect(summary.histograms).toMatchObject({
      service: { count: 4_000, minNs: 5_000, maxNs: 9_000, meanNs: 8_000 },
      lag: { count: 3, maxNs: 70 },
    })
    expect(summary.histograms?.service?.percentiles.p50).toBeGreaterThanOrEqual(9_000)
    expect(summarySchema.parse(summary)).toEqual(summary)
  })

  test('has no member for others where there is but the latency', () => {
    expect(summarise(c, repetitions)).not.toHaveProperty('histograms')
  })

  test('of nothing measured is null throughout', () => {
    const { latency, loss, spread } = summarise(c, [])
    expect([latency, loss, spread.p50Ns, spread.goodputBitsPerSec]).toEqual([
      null,
      null,
      null,
      null,
    ])
  })
})

test('the losses of a lossy stream are added', () => {
  const c = caseOf('udp', 'stream', { messageSizeBytes: 100 })
  const report = streamReport({ messagesPerSec: 1_000, sizeBytes: 100, lost: 50 })
  const repetitions = [0, 1].map((i) => buildRepetition(c, i, i, report))
  expect(summarise(c, repetitions).loss).toMatchObject({
    sent: 4_100,
    lost: 100,
    lostFraction: 100 / 4_100,
  })
})

test.each([
  [[5], { median: 5, min: 5, max: 5, count: 1 }],
  [[4, 1], { median: 2.5, min: 1, max: 4, count: 2 }],
  [[9, 1, 4], { median: 4, min: 1, max: 9, count: 3 }],
  [[], null],
])('the spread of %j', (values, expected) => {
  expect(spreadOf(values)).toEqual(expected)
})
