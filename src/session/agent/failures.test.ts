import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Failures } from './failures.js'

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
})

it('an address that fails too often is not listened to until the minute is over', () => {
  const failures = new Failures(3)
  for (let i = 0; i < 2; i++) failures.add('192.0.2.1')
  expect(failures.isBarred('192.0.2.1')).toBe(false)
  failures.add('::ffff:192.0.2.1')
  expect(failures.isBarred('192.0.2.1')).toBe(true)
  expect(failures.isBarred('192.0.2.2')).toBe(false)
  vi.advanceTimersByTime(59_999)
  expect(failures.isBarred('192.0.2.1')).toBe(true)
  vi.advanceTimersByTime(1)
  expect(failures.isBarred('192.0.2.1')).toBe(false)
})

it('does not grow with the number of addresses', () => {
  const failures = new Failures(1)
  for (let i = 0; i < 5_000; i++) failures.add(`10.0.${i >> 8}.${i & 255}`)
  expect(failures.isBarred('10.0.0.0')).toBe(true)
  // Beyond what is kept apart they share one count.
  expect(failures.isBarred('203.0.113.9')).toBe(true)
})
