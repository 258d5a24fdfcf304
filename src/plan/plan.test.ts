import { describe, expect, test } from 'vitest'
import { XrbenchError } from '../errors.js'
import { fc } from '../fixtures/property.js'
import { buildPlan } from './build.js'
import type { TransportName } from './case.js'
import { DEFAULT_SOCKET } from './defaults.js'
import { DEFAULT_REQUEST, type PlanRequest } from './request.js'
import { longestMeasuringNs, schedule } from './schedule.js'

const ask = (changes: Partial<PlanRequest> = {}): PlanRequest => ({
  ...DEFAULT_REQUEST,
  ...changes,
})
const keys = (changes: Partial<PlanRequest>): string[] =>
  buildPlan(ask(changes)).cases.map((c) => c.key)

describe('cases', () => {
  test('without flags: a ping-pong of 64 B over each transport', () => {
    expect(keys({})).toEqual(['tcp/ping-pong/64B/block', 'udp/ping-pong/64B/block'])
  })

  test('rows to be read against one another stand together', () => {
    expect(keys({ workloads: ['ping-pong', 'stream'], sizesBytes: [64, 4096] })).toEqual([
      'tcp/ping-pong/64B/block',
      'udp/ping-pong/64B/block',
      'tcp/ping-pong/4KiB/block',
      'udp/ping-pong/4KiB/block',
      'tcp/stream/64B/block',
      'udp/stream/64B/block',
      'tcp/stream/4KiB/block',
      'udp/stream/4KiB/block',
    ])
  })

  test('a rate at which no message is due in the measured time is refused, with one that would do', () => {
    const stream = { workloads: ['stream'], sizesBytes: [1000], durationNs: 2e9 } as const
    const at = (rateBitsPerSec: number, changes: Partial<PlanRequest> = {}) =>
      buildPlan(ask({ ...stream, ...changes, transports: ['tcp'], rateBitsPerSec }))
    expect(() => at(3999)).toThrow(
      expect.objectContaining({ code: 'XRB_BAD_RATE', hint: expect.stringMatching(/^--rate 4k /) }),
    )
    expect(() => at(3999)).toThrow('At 3999bit/s a message of 1,000 B is due every 2 s, and 2s')
    expect(at(4000).cases).toHaveLength(1)
    expect(at(1, { durationNs: 0, iterations: 5 }).cases).toHaveLength(1)
    expect(at(1, { workloads: ['ping-pong'] }).cases).toHaveLength(1)
  })

  test('a stream has a default size of its own for each transport', () => {
    expect(keys({ workloads: ['stream'] })).toEqual([
      'tcp/stream/256KiB/block',
      'udp/stream/1400B/block',
    ])
  })

  test('what a workload or transport does not use stays out of its case', () => {
    const { cases } = buildPlan(
      ask({
        workloads: ['ping-pong', 'stream'],
        direction: 'both',
        streams: 4,
        rateBitsPerSec: 5e8,
        socket: { ...DEFAULT_REQUEST.socket, congestionControl: 'reno' },
      }),
    )
    expect(cases.map((c) => c.key)).toEqual([
      'tcp/ping-pong/64B/block/congestion=reno',
      'udp/ping-pong/64B/block',
      'tcp/stream/256KiB/block/both/streams=4/rate=500M/congestion=reno',
      'udp/stream/1400B/block/both/streams=4/rate=500M',
    ])
    expect(cases[0]?.parameters).toMatchObject({ direction: 'up', streams: 1, rateBitsPerSec: 0 })
    expect(cases[1]?.parameters.socket.congestionControl).toBeNull()
  })

  test('every setting that changes the meaning of a number is in the key', () => {
    expect(
      keys({
        transports: ['udp'],
        workloads: ['stream'],
        waits: ['spin'],
        direction: 'down',
        pin: { client: [3], server: [2, 1] },
        socket: {
          ...DEFAULT_SOCKET,
          sendBufferBytes: 1 << 20,
          receiveBufferBytes: 5000,
          dscp: 46,
          busyPollUs: 50,
          segmentationOffload: false,
        },
      }),
    ).toEqual([
      'udp/stream/1400B/spin/down/sndbuf=1MiB/rcvbuf=5000B/dscp=46/busy-poll=50us/no-gso/pin=3:2+1',
    ])
  })

  test('how long is measured is not in the key', () => {
    expect(keys({ durationNs: 1e9, warmupCapNs: 0 })).toEqual(
      keys({ durationNs: 0, iterations: 5 }),
    )
  })

  test('a plan cannot be changed', () => {
    const plan = buildPlan(ask())
    for (const part of [plan, plan.cases, plan.cases[0], plan.cases[0]?.parameters]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
  })
})

describe('sizes refused', () => {
  const refused = (changes: Partial<PlanRequest>): XrbenchError | null => {
    try {
      buildPlan(ask(changes))
      return null
    } catch (error) {
      expect(error).toBeInstanceOf(XrbenchError)
      return error as XrbenchError
    }
  }
  test.each<[string, TransportName, number, 4 | 6, boolean]>([
    ['nothing', 'tcp', 0, 4, true],
    ['64 MiB', 'tcp', 64 * 1024 ** 2, 4, false],
    ['64 MiB and a byte', 'tcp', 64 * 1024 ** 2 + 1, 4, true],
    ['the largest IPv4 datagram', 'udp', 65_507, 4, false],
    ['a byte more', 'udp', 65_508, 4, true],
    ['the largest IPv6 datagram', 'udp', 65_527, 6, false],
    ['a byte more', 'udp', 65_528, 6, true],
  ])('%s (%s, %d B, IPv%d)', (_, transport, bytes, family, isRefused) => {
    const error = refused({ transports: [transport], sizesBytes: [bytes], family })
    expect(error !== null).toBe(isRefused)
    if (error) expect(error).toMatchObject({ code: 'XRB_BAD_SIZE', exitCode: 2 })
  })

  test('a packet of AF_UNIX, with the number and a way out', () => {
    const unix = { transports: ['unix'], sizesBytes: [212_961] } as const
    expect(refused({ ...unix })).toBeNull()
    expect(refused({ ...unix, unixTypes: ['seqpacket'] })).toMatchObject({
      code: 'XRB_BAD_SIZE',
      message:
        'A message of 212,961 B does not fit a packet of an AF_UNIX socket, which carries at most 212,960 B.',
      hint: '--size 212960, or --unix-type stream',
    })
    // In front of a message of rr stands its head.
    const rr = { ...unix, unixTypes: ['seqpacket'], workloads: ['rr'] } as const
    expect(refused({ ...rr, sizesBytes: [212_920] })).toBeNull()
    expect(refused({ ...rr, sizesBytes: [212_921] })).toMatchObject({
      hint: '--size 212920, or --unix-type stream',
    })
    expect(refused({ ...rr, sizesBytes: [64], responseSizeBytes: 212_921 })).toMatchObject({
      hint: '--response-size 212920, or --unix-type stream',
    })
  })

  test('the reason names the datagram limit and a way out', () => {
    expect(refused({ sizesBytes: [1 << 20] })).toMatchObject({
      message:
        'A message of 1,048,576 B does not fit a UDP datagram, which carries at most 65,507 B over IPv4.',
      hint: '--size 65507, or leave UDP out: --transport tcp',
    })
  })

  test('more than 1,000 cases', () => {
    const sizesBytes = Array.from({ length: 501 }, (_, i) => i + 1)
    expect(refused({ sizesBytes })?.code).toBe('XRB_TOO_MANY_CASES')
  })
})

const anyRequest = fc.record({
  transports: fc.subarray(['tcp', 'udp'] as const, { minLength: 1 }),
  workloads: fc.subarray(['ping-pong', 'stream'] as const, { minLength: 1 }),
  sizesBytes: fc.option(
    fc.uniqueArray(fc.integer({ min: 1, max: 65_507 }), { minLength: 1, maxLength: 5 }),
  ),
  waits: fc.subarray(['spin', 'block'] as const, { minLength: 1 }),
  repetitions: fc.integer({ min: 1, max: 12 }),
})

describe('every plan', () => {
  test('has a key of its own for each case', () => {
    fc.assert(
      fc.property(anyRequest, (changes) => {
        const found = keys(changes)
        expect(new Set(found).size).toBe(found.length)
        const { transports, workloads, waits, sizesBytes } = changes
        expect(found.length).toBe(
          transports.length * workloads.length * waits.length * (sizesBytes?.length ?? 1),
        )
      }),
    )
  })

  test('measures each repetition of each case once, in rounds', () => {
    fc.assert(
      fc.property(anyRequest, (changes) => {
        const plan = buildPlan(ask(changes))
        const slots = schedule(plan)
        expect(slots.map((s) => s.order)).toEqual(slots.map((_, i) => i))
        expect(new Set(slots.map((s) => `${s.case.key}#${s.index}`)).size).toBe(
          plan.cases.length * plan.repetitions,
        )
        for (const [i, slot] of slots.entries()) {
          expect(slot.index).toBe(Math.floor(i / plan.cases.length))
        }
      }),
    )
  })

  test('goes through one place after the other, interleaved in each', () => {
    const lab = ask({ transports: ['rdma', 'tcp'], place: 'lab' })
    const plan = buildPlan(ask({ repetitions: 2 }), lab)
    expect(
      schedule(plan).map(({ case: c, order }) => `${order} ${c.place} ${c.transport}`),
    ).toEqual([
      ...['0 host tcp', '1 host udp', '2 host udp', '3 host tcp'],
      ...['4 lab rdma', '5 lab tcp', '6 lab tcp', '7 lab rdma'],
    ])
  })

  test('gives a case the same mean position as another over each pair of rounds', () => {
    fc.assert(
      fc.property(anyRequest, (changes) => {
        const plan = buildPlan(ask({ ...changes, repetitions: 2 * changes.repetitions }))
        const sums = new Map<string, number>()
        for (const { case: c, order } of schedule(plan)) {
          sums.set(c.key, (sums.get(c.key) ?? 0) + order)
        }
        expect(new Set(sums.values()).size).toBe(1)
      }),
    )
  })
})

test('the longest measuring time adds warm-ups and measured phases', () => {
  expect(longestMeasuringNs(buildPlan(ask()))).toBe(2 * 6 * 7e9)
  expect(longestMeasuringNs(buildPlan(ask({ durationNs: 0, iterations: 1 })))).toBeNull()
})

describe('what joins two processes of one machine', () => {
  test('has a case for each type of AF_UNIX socket, and the type in its name where it is not bytes', () => {
    const unixTypes = ['stream', 'seqpacket'] as const
    const { cases } = buildPlan(
      ask({ transports: ['unix', 'tcp'], unixTypes, workloads: ['stream'] }),
    )
    expect(cases.map(({ key, parameters: { unixType } }) => [key, unixType])).toEqual([
      ['unix/stream/256KiB/block', 'stream'],
      ['unix/stream/64KiB/block/seqpacket', 'seqpacket'],
      ['tcp/stream/256KiB/block', undefined],
    ])
  })

  test('is asked for no socket option that it has not', () => {
    const socket = { ...DEFAULT_SOCKET, sendBufferBytes: 65_536, dscp: 10, busyPollUs: 50 }
    const { cases } = buildPlan(ask({ transports: ['tcp', 'unix', 'shm'], socket }))
    expect(
      cases.map(({ parameters: { socket: s } }) => [s.sendBufferBytes, s.dscp, s.busyPollUs]),
    ).toEqual([
      [65_536, 10, 50],
      [65_536, null, null],
      [null, null, null],
    ])
  })
})
