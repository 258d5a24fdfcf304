import { expect, it } from 'vitest'
import type { Mark, RawHistogram } from '../../addon/addon.js'
import { contradictionsOf } from '../document/check.js'
import { documentOf } from '../fixtures/documents.js'
import { caseOf, endOf, linkOf, markAt, reportOf } from '../fixtures/reports.js'
import { HIGHEST_TRACKABLE_NS } from '../histogram/layout.js'
import { resultSchema } from '../schema/schema.js'
import { buildRepetition } from './repetition.js'

/** Two days at rates that no machine of today keeps up: no figure may lose a digit that it shows. */

const HOURS = 48
const SECONDS = HOURS * 3600
const INTERVALS = 64

/** Marks of a link that does the same in each second. */
function marks(messagesPerSec: number, sizeBytes: number): Mark[] {
  return Array.from({ length: INTERVALS + 1 }, (_, i) => {
    const seconds = (SECONDS * i) / INTERVALS
    const messages = messagesPerSec * seconds
    return markAt(seconds, { messages, bytes: messages * sizeBytes })
  })
}

it('a stream of 400 Gbit/s', () => {
  const perSec = 781_250
  const sizeBytes = 64_000
  const c = caseOf('tcp', 'stream', { messageSizeBytes: sizeBytes, durationNs: SECONDS * 1e9 })
  const report = reportOf(
    endOf([linkOf('sender', marks(perSec, sizeBytes))]),
    endOf([linkOf('receiver', marks(perSec, sizeBytes))]),
  )
  const { durationNs, messages, bytes, throughput, intervals, flags } = buildRepetition(
    c,
    0,
    0,
    report,
  )
  expect({ durationNs, messages }).toEqual({ durationNs: 1.728e14, messages: perSec * SECONDS })
  expect(bytes).toBe(8.64e15)
  expect(Number.isSafeInteger(bytes)).toBe(true)
  expect(throughput?.goodputBitsPerSec).toBe(400e9)
  const sum = (of: 'bytes' | 'messages' | 'durationNs') =>
    intervals.reduce((all, interval) => all + interval[of], 0)
  expect([sum('bytes'), sum('messages'), sum('durationNs')]).toEqual([bytes, messages, durationNs])
  expect(flags).not.toContain('warmup-unsteady')
})

/** So many round trips of each of three times, and some beyond what is counted. */
function roundTrips(each: number, beyond: number): RawHistogram {
  // Of 1,000 ns and less each value has a count of its own.
  const times = [100, 500, 1_000]
  return {
    indices: Int32Array.from(times),
    counts: Float64Array.from(times, () => each),
    count: 3 * each + beyond,
    overflow: beyond,
    minNs: 100,
    maxNs: beyond > 0 ? HIGHEST_TRACKABLE_NS + 1 : 1_000,
    sumNs: 1_600 * each + beyond * (HIGHEST_TRACKABLE_NS + 1),
  }
}

it('round trips that fill 64 bits in no count, and add up over intervals and repetitions', () => {
  const perInterval = 3e9
  const latency = roundTrips((perInterval * INTERVALS) / 3, INTERVALS)
  const each = roundTrips(perInterval / 3, 1)
  const rounds = (perInterval + 1) * INTERVALS
  const ping = marks((perInterval + 1) / (SECONDS / INTERVALS), 64)
  const initiator = linkOf('initiator', ping.map(whole), {
    latency,
    intervalLatencies: Array.from({ length: INTERVALS }, () => each),
  })
  const report = reportOf(endOf([initiator]), endOf([linkOf('responder', ping.map(whole))]))
  const c = caseOf('tcp', 'ping-pong', { durationNs: SECONDS * 1e9 })
  const doc = documentOf([{ case: c, report }], 3)
  expect(resultSchema.safeParse(doc).error?.issues[0]).toBeUndefined()
  expect(contradictionsOf(doc)).toEqual([])
  const [one] = doc.cases
  expect(one?.repetitions[0]?.latency).toMatchObject({
    count: rounds,
    overflow: INTERVALS,
    minNs: 100,
  })
  expect(one?.repetitions[0]?.intervals.map(({ latency }) => latency?.count)).toEqual(
    Array.from({ length: INTERVALS }, () => perInterval + 1),
  )
  expect(one?.summary?.latency).toMatchObject({
    count: 3 * rounds,
    percentiles: { p50: 500, p99: 1_000, p99999: 1_000 },
  })
})

function whole(mark: Mark): Mark {
  return { ...mark, messages: Math.round(mark.messages), bytes: Math.round(mark.messages) * 64 }
}
