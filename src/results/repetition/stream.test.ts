import { describe, expect, test } from 'vitest'
import {
  caseOf,
  endOf,
  linkOf,
  markAt,
  reportOf,
  SECOND,
  streamReport,
} from '../fixtures/reports.js'
import { repetitionSchema } from '../schema/schema.js'
import { buildRepetition } from './repetition.js'
import type { RepetitionReport } from './report.js'

const tcpPingPong = caseOf('tcp', 'ping-pong')

/** Two streams, the second of them from server to client. */
function ways(up: RepetitionReport, down: RepetitionReport): RepetitionReport {
  const links = ({ outcome }: RepetitionReport['client']) => outcome?.links ?? []
  return reportOf(
    endOf([...links(up.client), ...links(down.server)]),
    endOf([...links(up.server), ...links(down.client)]),
  )
}

describe('a stream', () => {
  const tcpStream = caseOf('tcp', 'stream', { messageSizeBytes: 1_000 })

  test('is counted at the receiver, between its own time stamps', () => {
    const report = streamReport({ messagesPerSec: 125_000, sizeBytes: 1_000 })
    const repetition = buildRepetition(tcpStream, 0, 0, report)
    const rate = { goodputBitsPerSec: 1e9, messagesPerSec: 125_000 }
    expect(repetition.throughput).toEqual({
      ...rate,
      measuredAt: 'receiver',
      perDirection: { up: rate, down: null },
    })
    expect(repetition).toMatchObject({ latency: null, messages: 250_000, durationNs: 2 * SECOND })
    expect(repetitionSchema.parse(repetition)).toEqual(repetition)
  })

  test('adds its connections', () => {
    const report = streamReport({ messagesPerSec: 125_000, sizeBytes: 1_000, streams: 3 })
    const repetition = buildRepetition(tcpStream, 0, 0, report)
    expect(repetition.throughput?.goodputBitsPerSec).toBe(3e9)
    expect(repetition.cpu.server?.utilisation).toBeCloseTo(1.2)
    expect(repetition.cpu.server?.busiestThread).toBeCloseTo(0.4)
    expect(repetition.intervals.map(({ messages }) => messages)).toEqual([375_000, 375_000])
  })

  test('whose connections ended at different times has the bytes of all over one window', () => {
    const starved = streamReport({ messagesPerSec: 1_000, sizeBytes: 1_000, streams: 2 })
    const links = starved.server.outcome?.links ?? []
    // Cut short at half of the window, as when the user ends it.
    links.splice(1, 1, linkOf('receiver', links[0]?.marks.slice(0, 2) ?? []))
    const repetition = buildRepetition(tcpStream, 0, 0, starved)
    expect(repetition.throughput?.messagesPerSec).toBe(1_500)
    expect(repetition.throughput?.messagesPerSec).toBe(
      (repetition.messages ?? 0) / ((repetition.durationNs ?? 0) / SECOND),
    )
  })

  test('at a rate says what was offered, what was achieved, and what was forgiven', () => {
    const atRate = caseOf('tcp', 'stream', { messageSizeBytes: 1_000, rateBitsPerSec: 10e6 })
    const report = streamReport({ messagesPerSec: 1_000, sizeBytes: 1_000 })
    const sender = report.client.outcome?.links[0]
    const last = sender?.marks.at(-1)
    if (last) last.forgivenBytes = 500_000
    const { load } = buildRepetition(atRate, 0, 0, report)
    expect(load).toEqual({
      offeredBitsPerSec: 10e6,
      achievedBitsPerSec: 8e6,
      forgivenBytes: 500_000,
    })
    expect(buildRepetition(tcpStream, 0, 0, report).load).toBeNull()
    const silent = { ...report, client: { ...report.client, outcome: null } }
    expect(buildRepetition(atRate, 0, 0, silent).load).toEqual({
      offeredBitsPerSec: 10e6,
      achievedBitsPerSec: null,
      forgivenBytes: null,
    })
  })

  test('at a rate in both directions was asked for it in each', () => {
    const [up, down] = [500, 1_000].map((messagesPerSec) =>
      streamReport({ messagesPerSec, sizeBytes: 1_000 }),
    )
    if (!(up && down)) throw new Error('two streams')
    const asked = { messageSizeBytes: 1_000, rateBitsPerSec: 10e6, direction: 'both' } as const
    expect(buildRepetition(caseOf('tcp', 'stream', asked), 0, 0, ways(up, down)).load).toEqual({
      ...{ offeredBitsPerSec: 20e6, achievedBitsPerSec: 12e6, forgivenBytes: 0 },
    })
  })

  test.each([
    ['a twentieth below what was asked for', {}, 950, true],
    ['half a percent below', {}, 995, false],
    ['what was asked for', {}, 1_000, false],
    // 4 messages in 2 s of 5: the fifth lies on the edge.
    ['a message less', { rateBitsPerSec: 20_000 }, 2, false],
    ['no message, where none was due', { rateBitsPerSec: 1_000 }, 0, false],
    ['a message less of each of several streams', { streams: 4, rateBitsPerSec: 80_000 }, 2, false],
  ])('at a rate is marked where it is below it: %s', (_, change, messagesPerSec, isBelow) => {
    const asked = { messageSizeBytes: 1_000, rateBitsPerSec: 8e6, ...change }
    const atRate = caseOf('tcp', 'stream', asked)
    const report = streamReport({
      messagesPerSec,
      sizeBytes: 1_000,
      streams: atRate.parameters.streams,
    })
    expect(buildRepetition(atRate, 0, 0, report).flags.includes('below-rate')).toBe(isBelow)
    expect(buildRepetition(tcpStream, 0, 0, report).flags).not.toContain('below-rate')
  })

  test('of which nothing arrived is marked as such', () => {
    const { flags, messages, throughput, starvedLinks } = buildRepetition(
      tcpStream,
      0,
      0,
      streamReport({ messagesPerSec: 0, sizeBytes: 1_000, streams: 2 }),
    )
    expect({ messages, starvedLinks }).toEqual({ messages: 0, starvedLinks: 2 })
    expect(throughput?.goodputBitsPerSec).toBe(0)
    expect(flags).toContain('nothing-arrived')
    expect(flags).not.toContain('starved-links')
  })

  test('of which no connection came to measure is marked as such', () => {
    const report = streamReport({ messagesPerSec: 1_000, sizeBytes: 1_000 })
    for (const link of report.server.outcome?.links ?? []) link.marks = []
    const { flags, messages, starvedLinks } = buildRepetition(tcpStream, 0, 0, report)
    expect({ messages, starvedLinks }).toEqual({ messages: null, starvedLinks: 1 })
    expect(flags).toContain('nothing-arrived')
    const failed = buildRepetition(tcpStream, 0, 0, { ...report, status: 'failed' })
    expect(failed).toMatchObject({ starvedLinks: null, flags: ['failed'] })
  })

  test('of which some connections brought nothing counts them', () => {
    const some = caseOf('tcp', 'stream', { messageSizeBytes: 1_000, streams: 4 })
    const report = streamReport({ messagesPerSec: 1_000, sizeBytes: 1_000, streams: 2 })
    const silent = streamReport({ messagesPerSec: 0, sizeBytes: 1_000, streams: 2 })
    const links = (of: typeof report.client) => of.outcome?.links ?? []
    const both = reportOf(
      endOf([...links(report.client), ...links(silent.client)]),
      endOf([...links(report.server), ...links(silent.server)]),
    )
    const starved = buildRepetition(some, 0, 0, both)
    expect(starved).toMatchObject({ starvedLinks: 2, messages: 4_000 })
    expect(starved.flags).toContain('starved-links')
    expect(starved.flags).not.toContain('nothing-arrived')
    const fed = buildRepetition(tcpStream, 0, 0, report)
    expect(fed).toMatchObject({ starvedLinks: 0 })
    expect(fed.flags).not.toContain('starved-links')
    expect(buildRepetition(tcpPingPong, 0, 0, report)).not.toHaveProperty('starvedLinks')
  })

  test('of which a connection brought nothing for the time-out counts it', () => {
    const silentFor = (ms: number, change: object = {}) => {
      const asked = caseOf('tcp', 'stream', { idleTimeoutNs: 1e9, streams: 2, ...change })
      const report = streamReport({ messagesPerSec: 1_000, sizeBytes: 1_000, streams: 2 })
      const links = report.server.outcome?.links ?? []
      const [link] = links
      const [first, second] = link?.marks ?? []
      if (!link || !first || !second) throw new Error('no marks')
      const at = (timeNs: number, bytes: number) => ({
        ...second,
        timeNs,
        bytes: first.bytes + bytes,
      })
      links[0] = {
        ...link,
        marks: [first, at(0.3e9, 7), at(0.3e9 + ms * 1e6, 7), at(2.2e9, 1e6)],
      }
      return buildRepetition(asked, 0, 0, report)
    }
    expect(silentFor(990).starvedLinks).toBe(0)
    expect(silentFor(1_000)).toMatchObject({ starvedLinks: 1 })
    expect(silentFor(1_000).flags).toContain('starved-links')
    // 256 KiB every 300 ms.
    const seldom = { messageSizeBytes: 262_144, rateBitsPerSec: (2 * 262_144 * 8) / 0.3 }
    expect(silentFor(1_290, seldom).starvedLinks).toBe(0)
    expect(silentFor(1_300, seldom).starvedLinks).toBe(1)
  })

  test('says how many units its senders handed to the transport', () => {
    const report = streamReport({ messagesPerSec: 1_000, sizeBytes: 1_000, streams: 2 })
    const sender = report.client.outcome?.links[0]
    if (sender) sender.sendUnits = 2_201
    // Both links of the fixture are one.
    expect(buildRepetition(tcpStream, 0, 0, report).sent).toEqual({ units: 4_402, messages: 4_400 })
    if (sender) sender.sendUnits = null
    expect(buildRepetition(tcpStream, 0, 0, report).sent).toBeNull()
    const silent = { ...report, client: { ...report.client, outcome: null } }
    expect(buildRepetition(tcpStream, 0, 0, silent).sent).toBeNull()
    expect(buildRepetition(tcpPingPong, 0, 0, report)).not.toHaveProperty('sent')
  })

  test('in both directions gives each and the sum', () => {
    const up = streamReport({ messagesPerSec: 1_000, sizeBytes: 1_000 })
    const down = streamReport({ messagesPerSec: 3_000, sizeBytes: 1_000 })
    const { throughput } = buildRepetition(tcpStream, 0, 0, ways(up, down))
    expect(throughput).toMatchObject({
      goodputBitsPerSec: 32e6,
      perDirection: { up: { goodputBitsPerSec: 8e6 }, down: { goodputBitsPerSec: 24e6 } },
    })
  })

  test('in both directions that are not through at once is what arrived as long as both were under way', () => {
    // A second up; two down, of which the second is faster.
    const up = streamReport({ messagesPerSec: 1_000, sizeBytes: 1_000 })
    for (const link of up.server.outcome?.links ?? []) link.marks = link.marks.slice(0, 2)
    const down = streamReport({ messagesPerSec: 1_000, sizeBytes: 1_000 })
    for (const link of down.server.outcome?.links ?? [])
      Object.assign(link.marks.at(-1) ?? {}, { messages: 4_200, bytes: 4_200_000 })
    const { throughput, bytes, durationNs } = buildRepetition(tcpStream, 0, 0, ways(up, down))
    expect(throughput).toMatchObject({
      ...{ goodputBitsPerSec: 16e6, messagesPerSec: 2_000 },
      perDirection: { up: { goodputBitsPerSec: 8e6 }, down: { goodputBitsPerSec: 16e6 } },
    })
    expect({ bytes, durationNs }).toEqual({ bytes: 5_000_000, durationNs: 2 * SECOND })
  })

  test('in both directions is not unsteady because one goes on alone', () => {
    const inIntervals = (count: number) => {
      const report = streamReport({ messagesPerSec: 1_000, sizeBytes: 1_000 })
      for (const link of report.server.outcome?.links ?? [])
        link.marks = Array.from({ length: count + 1 }, (_, i) =>
          markAt(0.2 + i * 0.25, { messages: i * 250, bytes: i * 250_000 }),
        )
      return report
    }
    const { flags, intervals } = buildRepetition(
      tcpStream,
      0,
      0,
      ways(inIntervals(8), inIntervals(24)),
    )
    expect([intervals[0]?.bytes, intervals.at(-1)?.bytes]).toEqual([500_000, 250_000])
    expect(flags).not.toContain('warmup-unsteady')
  })

  test('over UDP says what was lost and where it was dropped', () => {
    const report = streamReport({ messagesPerSec: 1_000, sizeBytes: 100, lost: 50, dropped: 30 })
    const { loss } = buildRepetition(caseOf('udp', 'stream'), 0, 0, report)
    expect(loss).toMatchObject({
      sent: 2_050,
      lost: 50,
      localDropsReceiver: 30,
      localDropsSender: 0,
    })
  })
})
