import { describe, expect, test } from 'vitest'
import {
  caseOf,
  effectiveOf,
  markAt,
  pingPongReport,
  SECOND,
  streamReport,
} from '../fixtures/reports.js'
import type { Flag } from '../schema/schema.js'
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
})
