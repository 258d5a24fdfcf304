import { describe, expect, test } from 'vitest'
import { countsOf, recordRaw } from '../fixtures/histograms.js'
import {
  caseOf,
  effectiveOf,
  endOf,
  linkOf,
  markAt,
  pingPongReport,
  reportOf,
  roundTrips,
  SECOND,
  streamReport,
} from '../fixtures/reports.js'
import { decodeHistogram } from '../histogram/codec.js'
import { type Flag, repetitionSchema } from '../schema/schema.js'
import { flagsOfCase } from './flags.js'
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
    expect(directed).toMatchObject({ warmup, skewNs: null, flags: ['warmup-unsteady'] })
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

  test.each([
    ['a twentieth below what was asked for', {}, 950, true],
    ['half a percent below', {}, 995, false],
    ['what was asked for', {}, 1_000, false],
    // 4 messages in 2 s of 5: the fifth lies on the edge.
    ['a message less', { rateBitsPerSec: 20_000 }, 2, false],
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
    const both = reportOf(
      endOf([...(up.client.outcome?.links ?? []), ...(down.server.outcome?.links ?? [])]),
      endOf([...(up.server.outcome?.links ?? []), ...(down.client.outcome?.links ?? [])]),
    )
    const { throughput } = buildRepetition(tcpStream, 0, 0, both)
    expect(throughput).toMatchObject({
      goodputBitsPerSec: 32e6,
      perDirection: { up: { goodputBitsPerSec: 8e6 }, down: { goodputBitsPerSec: 24e6 } },
    })
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

describe('flags', () => {
  const flagsOf = (change: Parameters<typeof pingPongReport>[0], c = tcpPingPong) =>
    buildRepetition(c, 0, 0, pingPongReport(change)).flags
  const plain = { rounds: 40_000, bodyNs: 20_000 }

  test.each(['127.0.0.1', '127.9.9.9', '::1', '192.0.2.10', '::ffff:127.0.0.1'])(
    'loopback to %s',
    (remoteAddress) => {
      const client = { effective: effectiveOf({ remoteAddress }) }
      expect(flagsOf({ ...plain, client })).toContain('loopback')
    },
  )

  test('too few samples for p99', () => {
    expect(flagsOf({ ...plain, rounds: 999 })).toEqual(['too-few-samples'])
    expect(flagsOf({ ...plain, rounds: 1_000 })).toEqual([])
  })

  test('a warm-up that hit its limit', () => {
    const link = { warmup: { durationNs: SECOND, ended: 'cap' as const } }
    expect(flagsOf({ ...plain, link })).toEqual(['warmup-unsteady'])
  })

  test('a drifting clock, and one too coarse', () => {
    const clock = { source: 'tsc' as const, readingCostNs: 8, resolutionNs: 10, driftPpm: -51 }
    expect(flagsOf({ ...plain, client: { clock } })).toEqual(['clock-unstable'])
    const coarse = { ...clock, driftPpm: 0, resolutionNs: 4_000 }
    expect(flagsOf({ ...plain, client: { clock: coarse } })).toEqual(['clock-unstable'])
  })

  test('no pinning', () => {
    expect(flagsOf({ ...plain, link: { pinnedCpu: null } })).toEqual(['unpinned'])
  })

  test('one CPU for both ends of one machine', () => {
    const client = { effective: effectiveOf({ remoteAddress: '127.0.0.1' }) }
    expect(flagsOf({ ...plain, client, link: { pinnedCpu: 2 } })).toEqual([
      'loopback',
      'shared-cpu',
    ])
  })

  test('a saturated CPU, unless it was meant to spin', () => {
    const busy = (seconds: number, messages: number) =>
      markAt(seconds, { messages, bytes: messages * 64, cpuSystemNs: seconds * 0.99 * SECOND })
    const link = { marks: [busy(0.2, 500), busy(2.2, 40_500)] }
    expect(flagsOf({ ...plain, link })).toEqual(['cpu-saturated'])
    expect(flagsOf({ ...plain, link }, caseOf('tcp', 'ping-pong', { wait: 'spin' }))).toEqual([])
  })

  test('a CPU that was wanted whole, and given to others in part', () => {
    const part = (seconds: number, messages: number) =>
      markAt(seconds, { messages, bytes: messages * 64, cpuSystemNs: seconds * 0.7 * SECOND })
    const marks = [part(0.2, 500), part(2.2, 40_500)]
    const wanting = (share: number) => ({
      marks,
      scheduling: { wallNs: 2e9, onCpuNs: 1.4e9, runDelayNs: share * 2e9 },
    })
    expect(flagsOf({ ...plain, link: wanting(0.19) })).toEqual([
      'cpu-saturated',
      'harness-overload',
    ])
    expect(flagsOf({ ...plain, link: wanting(0.01) })).toEqual([])
  })

  test('a core that soft interrupts fill, however it was waited', () => {
    const machine = { wallNs: 2e9, stealNs: 0, mostStealNs: 0, mostSoftirqNs: 1.9e9 }
    const spinning = caseOf('tcp', 'ping-pong', { wait: 'spin' })
    expect(flagsOf({ ...plain, client: { machine } }, spinning)).toEqual(['cpu-saturated'])
    const half = { ...machine, mostSoftirqNs: 1e9 }
    expect(flagsOf({ ...plain, client: { machine: half } }, spinning)).toEqual([])
  })

  test('a measuring thread that waited for its CPU, however rarely it was pushed off', () => {
    const waited = (runDelayNs: number) => ({
      scheduling: { wallNs: 2e9, onCpuNs: 0.5e9, runDelayNs },
    })
    expect(flagsOf({ ...plain, link: waited(41e6) })).toEqual(['harness-overload'])
    expect(flagsOf({ ...plain, link: waited(39e6) })).toEqual([])
    expect(flagsOf({ ...plain, link: { scheduling: null } })).toEqual([])
  })

  test('many short turns of others cost little, and are no overload', () => {
    const pushed = (seconds: number, messages: number) =>
      markAt(seconds, { messages, bytes: messages * 64, involuntaryContextSwitches: seconds * 200 })
    expect(flagsOf({ ...plain, link: { marks: [pushed(0.2, 500), pushed(2.2, 40_500)] } })).toEqual(
      [],
    )
  })

  /** A stream of 3 s in a dozen intervals whose rates these are. */
  const unsteady = (rates: readonly number[], ended: 'steady' | 'cap' = 'steady') => {
    let messages = 0
    const marks = [0, ...rates].map((rate, i) => {
      messages += rate
      return markAt(0.2 + i * 0.25, { messages, bytes: messages * 1_000 })
    })
    const report = streamReport({ messagesPerSec: 1_000, sizeBytes: 1_000 })
    for (const link of report.server.outcome?.links ?? []) {
      link.marks = marks
      link.warmup = { durationNs: SECOND, ended }
    }
    return buildRepetition(caseOf('tcp', 'stream'), 0, 0, report).flags
  }
  const rising = Array.from({ length: 12 }, (_, i) => 1_000 + 25 * i)

  test('a start below the rest, and a ramp to the end, however the warm-up ended', () => {
    expect(unsteady(Array.from({ length: 12 }, (_, i) => (i < 4 ? 900 : 1_000 + (i % 2))))).toEqual(
      ['warmup-unsteady'],
    )
    expect(unsteady(rising)).toEqual(['warmup-unsteady'])
  })

  test('scatter is no unsteady start, nor is a warm-up that only its cap ended', () => {
    const scattered = [1_030, 950, 1_060, 970, 940, 1_050, 960, 1_040, 1_020, 930, 1_070, 980]
    expect(unsteady(scattered, 'cap')).toEqual([])
  })
})

describe('of a case', () => {
  const repetition = buildRepetition(
    tcpPingPong,
    0,
    0,
    pingPongReport({ rounds: 40_000, bodyNs: 20_000 }),
  )
  const withFlag = (flag: Flag, times: number, all = 8) => {
    const repetitions = Array.from({ length: all }, (_, index) => ({
      ...repetition,
      index,
      flags: index < times ? [flag] : [],
    }))
    return flagsOfCase(repetitions, null).includes(flag)
  }

  test.each(['warmup-unsteady', 'harness-overload', 'cpu-saturated'] as const)(
    '%s holds from half of the repetitions on',
    (flag) => {
      expect([1, 3, 4, 8].map((times) => withFlag(flag, times))).toEqual([false, false, true, true])
      expect([1, 2].map((times) => withFlag(flag, times, 3))).toEqual([false, true])
    },
  )

  test.each(['loss', 'failed', 'clock-unstable'] as const)('%s holds once it was seen', (flag) => {
    expect(withFlag(flag, 1)).toBe(true)
  })
})
