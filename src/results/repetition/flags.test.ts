import { describe, expect, test } from 'vitest'
import type { EffectiveSettings } from '../../addon/addon.js'
import {
  caseOf,
  effectiveOf,
  markAt,
  pingPongReport,
  SECOND,
  streamReport,
} from '../fixtures/reports.js'
import type { Flag, Repetition } from '../schema/schema.js'
import { flagShare } from './flag-share.js'
import { flagsOfCase } from './flags.js'
import { buildRepetition } from './repetition.js'

const tcpPingPong = caseOf('tcp', 'ping-pong')
const SOCKET = tcpPingPong.parameters.socket

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

  test('of too few intervals nothing is said, also where the warm-up hit its limit', () => {
    const link = { warmup: { durationNs: SECOND, ended: 'cap' as const } }
    expect(flagsOf({ ...plain, link })).toEqual([])
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

  test('another client of the agent', () => {
    const report = { ...pingPongReport(plain), isShared: true }
    expect(buildRepetition(tcpPingPong, 0, 0, report).flags).toEqual(['shared-agent'])
  })

  test.each(['client', 'server'] as const)('Multipath TCP that fell back, at the %s', (end) => {
    const asked = caseOf('tcp', 'ping-pong', { socket: { ...SOCKET, mptcp: true } })
    const told = (multipath: boolean) => ({ [end]: { effective: effectiveOf({ multipath }) } })
    expect(flagsOf({ ...plain, ...told(false) }, asked)).toEqual(['mptcp-fallback'])
    expect(flagsOf({ ...plain, ...told(true) }, asked)).toEqual([])
    expect(flagsOf({ ...plain, ...told(false) })).toEqual([])
  })

  test.each(['client', 'server'] as const)('no device to poll, at the %s', (end) => {
    const asked = caseOf('tcp', 'ping-pong', { wait: 'busy-poll' })
    const told = (pollsDevice: boolean) => ({ [end]: { effective: effectiveOf({ pollsDevice }) } })
    expect(flagsOf({ ...plain, ...told(false) }, asked)).toEqual(['nothing-to-poll'])
    expect(flagsOf({ ...plain, ...told(true) }, asked)).toEqual([])
    expect(flagsOf({ ...plain, ...told(false) })).toEqual([])
  })

  test('a saturated CPU, unless it was meant to spin', () => {
    const busy = (seconds: number, messages: number) =>
      markAt(seconds, { messages, bytes: messages * 64, cpuSystemNs: seconds * 0.99 * SECOND })
    const link = { marks: [busy(0.2, 500), busy(2.2, 40_500)] }
    expect(flagsOf({ ...plain, link })).toEqual(['cpu-saturated'])
    expect(flagsOf({ ...plain, link }, caseOf('tcp', 'ping-pong', { wait: 'spin' }))).toEqual([])
  })

  test('a saturated CPU, unless the kernel was meant to poll a device, and had one', () => {
    const busy = (seconds: number, messages: number) =>
      markAt(seconds, { messages, bytes: messages * 64, cpuSystemNs: seconds * 0.99 * SECOND })
    const link = { marks: [busy(0.2, 500), busy(2.2, 40_500)] }
    const polling = caseOf('tcp', 'ping-pong', { wait: 'busy-poll' })
    const at = (pollsDevice: boolean | undefined, c = polling) =>
      flagsOf({ ...plain, link, client: { effective: effectiveOf({ pollsDevice }) } }, c)
    expect(at(true)).toEqual([])
    expect(at(undefined)).toEqual(['cpu-saturated'])
    expect(at(false)).toEqual(['cpu-saturated', 'nothing-to-poll'])
    expect(at(true, tcpPingPong)).toEqual(['cpu-saturated'])
    // Each end for itself.
    const report = pingPongReport(plain)
    for (const end of [report.client, report.server])
      for (const one of end.outcome?.links ?? []) one.marks = link.marks
    for (const [end, pollsDevice] of [
      [report.client, true],
      [report.server, undefined],
    ] as const) {
      if (end.outcome) end.outcome.effective = effectiveOf({ pollsDevice })
    }
    expect(buildRepetition(polling, 0, 0, report).flags).toEqual(['cpu-saturated'])
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

  test('five intervals are too few, whatever they show', () => {
    expect(unsteady([500, 1_000, 1_000, 1_000, 1_000], 'cap')).toEqual([])
    expect(unsteady([500, 500, 1_000, 1_000, 1_000, 1_000])).toEqual(['warmup-unsteady'])
  })

  test('scatter is no unsteady start, nor is a warm-up that only its cap ended', () => {
    const scattered = [1_030, 950, 1_060, 970, 940, 1_050, 960, 1_040, 1_020, 930, 1_070, 980]
    expect(unsteady(scattered, 'cap')).toEqual([])
  })
})

describe('of datagrams that the path does not carry whole', () => {
  const isFlagged = (
    c: ReturnType<typeof caseOf>,
    client: Partial<EffectiveSettings>,
    server: Partial<EffectiveSettings>,
  ) => {
    const report = pingPongReport({ rounds: 40_000, bodyNs: 20_000 })
    for (const [end, own] of [
      [report.client, client],
      [report.server, server],
    ] as const) {
      if (end.outcome) end.outcome.effective = effectiveOf(own)
    }
    return buildRepetition(c, 0, 0, report).flags.includes('ip-fragments')
  }
  const wide = { pathMtuBytes: 1500 }
  const narrow = { pathMtuBytes: 1300 }

  test('a ping-pong sends what it was asked to', () => {
    const of = (messageSizeBytes: number) => caseOf('udp', 'ping-pong', { messageSizeBytes })
    expect(isFlagged(of(1_472), wide, wide)).toBe(false)
    expect(isFlagged(of(1_473), wide, wide)).toBe(true)
    expect(isFlagged(of(1_272), narrow, narrow)).toBe(false)
    expect(isFlagged(of(1_273), narrow, wide)).toBe(true)
    expect(isFlagged(of(1_273), wide, narrow)).toBe(true)
    expect(isFlagged(of(1_453), { ...wide, localAddress: 'fd00::1' }, wide)).toBe(true)
  })

  const rr = (messageSizeBytes: number, responseSizeBytes: number) =>
    caseOf('udp', 'rr', { messageSizeBytes, responseSizeBytes, inflight: 1 })
  const cutInto = (datagrams: number) => ({ headerBytes: 40 + 16 * datagrams })

  test('rr cuts its messages to the path itself', () => {
    // 65,576 bytes in pieces of 1,456.
    const both = { ...wide, ...cutInto(46) }
    expect(isFlagged(rr(65_536, 65_536), both, both)).toBe(false)
    const alone = { ...wide, ...cutInto(1) }
    expect(isFlagged(rr(1_416, 64), alone, alone)).toBe(false)
  })

  test('rr knew of the smaller path too late: by what each end sends', () => {
    const small = { ...narrow, ...cutInto(1) }
    expect(isFlagged(rr(64, 65_536), small, { ...narrow, ...cutInto(46) })).toBe(true)
    // Of pieces of 1,256.
    expect(isFlagged(rr(64, 65_536), small, { ...narrow, ...cutInto(53) })).toBe(false)
    expect(isFlagged(rr(65_536, 64), { ...narrow, ...cutInto(46) }, small)).toBe(true)
    expect(isFlagged(rr(1_400, 64), { ...narrow, ...cutInto(1) }, small)).toBe(true)
    expect(isFlagged(rr(65_536, 64), narrow, small)).toBe(false)
  })
})

test('a machine that stood still', () => {
  const flags = (standstillNs?: number) =>
    buildRepetition(tcpPingPong, 0, 0, {
      ...pingPongReport({ rounds: 40_000, bodyNs: 20_000 }),
      standstillNs,
    }).flags.includes('suspended')
  expect([undefined, 0, 20e6, 150e6, 3600e9].map(flags)).toEqual([false, false, false, true, true])
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

  /** Each: how it ended, and its flags. */
  const ended = (...each: [Repetition['status'], ...Flag[]][]) =>
    each.map(([status, ...flags], index) => ({ ...repetition, index, status, flags }))

  test('those that the figures are of decide, and not those that failed', () => {
    const half = ended(
      ...([0, 1, 2, 3] as const).map((): [Repetition['status'], Flag] => ['failed', 'failed']),
      ['completed', 'harness-overload'],
      ['completed', 'harness-overload'],
      ['completed', 'harness-overload'],
      ['completed'],
    )
    expect(flagsOfCase(half, null)).toEqual(['harness-overload', 'failed'])
    expect(flagShare({ repetitions: half }, 'harness-overload')).toBe('3/4')
    expect(flagShare({ repetitions: half }, 'failed')).toBe('4/8')
  })

  test('what is doubtful of one that failed is in no figure', () => {
    const mixed = ended(['failed', 'failed', 'loss', 'cpu-saturated'], ['completed'])
    expect(flagsOfCase(mixed, null)).toEqual(['failed'])
    expect(flagShare({ repetitions: mixed }, 'failed')).toBe('1/2')
  })

  test('of those that were cut short, where the figures are of them; of all, where there are none', () => {
    const cut = ended(['failed', 'failed', 'loss'], ['aborted', 'aborted', 'unpinned'])
    expect(flagsOfCase(cut, null)).toEqual(['unpinned', 'aborted', 'failed'])
    expect(flagShare({ repetitions: cut }, 'unpinned')).toBeNull()
    const none = ended(['failed', 'failed', 'strangers'], ['failed', 'failed'])
    expect(flagsOfCase(none, null)).toEqual(['strangers', 'failed'])
    expect(flagShare({ repetitions: none }, 'strangers')).toBe('1/2')
  })
})
