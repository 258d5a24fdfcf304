import { describe, expect, test } from 'vitest'
import { bytesBetween, reached } from './devices.mjs'
import { aheadOf, arithmeticOf, judgeWay, problemOf, waysOf } from './judge.mjs'

const STARTED_AT = '2026-03-04T05:06:08.000Z'
const BEGAN_MS = Date.parse(STARTED_AT)

/** A device that carries so much from half a second after the start on, sampled every 20 ms for six seconds. */
const deviceAt = (/** @type {number} */ mbit) =>
  Array.from({ length: 300 }, (_, i) => ({
    ms: BEGAN_MS + i * 20,
    bytes: 1_000 + (Math.max(0, i * 20 - 500) * mbit * 1e6) / 8e3,
  }))

/** A repetition of three seconds after one of warm-up. */
const repetition = (/** @type {Partial<Record<'up' | 'down', number>>} */ mbit) => {
  const way = (/** @type {number | undefined} */ one) =>
    one === undefined ? null : { goodputBitsPerSec: one * 1e6 }
  return {
    startedAt: STARTED_AT,
    durationNs: 3e9,
    warmup: { durationNs: 1e9 },
    throughput: { perDirection: { up: way(mbit.up), down: way(mbit.down) } },
    intervals: [],
  }
}

const judged = (/** @type {object} */ row) =>
  judgeWay({
    ...{ transport: 'tcp', way: 'up', isAlone: true, reference: arithmeticOf('tcp') },
    ...{ repetitions: [repetition({ up: 47.8 })], samples: deviceAt(50) },
    ...row,
  }).problems

describe('a direction alone', () => {
  test('is right where it is what the line carries', () => {
    expect(judged({})).toEqual([])
  })

  test('is off where it is above, or below', () => {
    const of = (/** @type {number} */ up) => judged({ repetitions: [repetition({ up })] })
    expect(of(48.5)).toEqual(['median'])
    expect(of(46)).toEqual(['median', 'each'])
    expect(of(56)).toEqual(['median', 'each', 'more than the line carries'])
    expect(of(16.2)).toEqual(['median', 'each', 'less than the device carried'])
  })

  test('is held against one stream where there is no arithmetic', () => {
    const tls = { transport: 'tls', repetitions: [repetition({ up: 47 })] }
    expect(judged({ ...tls, reference: 47.1 })).toEqual([])
    expect(judged({ ...tls, reference: 48.5 })).toEqual(['median', 'each'])
    // The first of them against the line and the device.
    expect(judged({ ...tls, reference: null })).toEqual([])
    const much = { ...tls, repetitions: [repetition({ up: 55 })] }
    expect(judged({ ...much, reference: null })).toEqual(['more than the line carries'])
  })
})

describe('a direction of two', () => {
  const both = { isAlone: false, repetitions: [repetition({ up: 45, down: 16.16 })] }

  test('is not hidden by the other', () => {
    expect(judged({ ...both, way: 'up' })).toEqual([])
    expect(judged({ ...both, way: 'down' })).toEqual(['less than the device carried'])
    expect(waysOf('both')).toEqual(['up', 'down'])
  })

  test('may leave the line idle where the device did', () => {
    expect(judged({ ...both, way: 'down', samples: deviceAt(18) })).toEqual([])
  })

  test('of datagrams has the line for itself', () => {
    const udp = { ...both, transport: 'udp', reference: arithmeticOf('udp') }
    expect(judged({ ...udp, way: 'up' })).toEqual(['median', 'each'])
  })
})

test('a device that was not seen all the while proves nothing', () => {
  expect(judged({ samples: [] })).toEqual(['the device was not seen'])
  expect(judged({ samples: deviceAt(50).slice(0, 100) })).toEqual(['the device was not seen'])
})

test('of TLS and QUIC one stream comes first', () => {
  expect(problemOf(['tcp', 'udp'], ['8'])).toBeNull()
  expect(problemOf(['tcp', 'tls'], ['1', '8'])).toBeNull()
  expect(problemOf(['tls', 'quic'], ['8', '1'])).toMatch(/^tls and quic .*--streams 1,8$/)
})

describe('a series', () => {
  const series = (/** @type {number[]} */ ...mbit) => [
    {
      ...repetition({}),
      intervals: mbit.map((one) => ({ durationNs: 200e6, bytes: (one * 1e6 * 0.2) / 8 })),
    },
  ]

  test('is ahead where more arrived than the device had carried, and could wait', () => {
    expect(aheadOf(series(47, 47, 47), [deviceAt(50)], 'tcp')).toBe(0)
    // A hole of 200 ms is filled.
    expect(aheadOf(series(10, 90, 47), [deviceAt(50)], 'tcp')).toBe(0)
    expect(aheadOf(series(10, 90, 47), [deviceAt(50)], 'udp')).toBeGreaterThan(0)
    expect(aheadOf(series(69, 81, 81, 69), [deviceAt(50)], 'tcp')).toBeGreaterThan(0)
  })

  test('of two directions is held against both devices', () => {
    expect(aheadOf(series(94, 94), [deviceAt(50), deviceAt(50)], 'udp')).toBe(0)
    expect(aheadOf(series(94, 94), [deviceAt(50), deviceAt(0)], 'udp')).toBeGreaterThan(0)
  })
})

test('a device is read between its samples', () => {
  const samples = [0, 10, 30].map((ms) => ({ ms, bytes: ms * 5 }))
  expect(bytesBetween(samples, 5, 20)).toBe(75)
  expect(bytesBetween(samples, 5, 31)).toBeNull()
  expect(reached(samples, 5, 100)).toBe(30)
  expect(reached(samples, 5, 101)).toBeNull()
})
