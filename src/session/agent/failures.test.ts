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

it('does not grow with the number of addresses, and bars none for what others did', () => {
  const failures = new Failures(1)
  const address = (i: number) => `2001:db8:${(i >> 8).toString(16)}:${(i & 255).toString(16)}::1`
  for (let i = 0; i < 5_000; i++) failures.add(address(i))
  const barred = Array.from({ length: 5_000 }, (_, i) => failures.isBarred(address(i)))
  expect(barred.filter(Boolean)).toHaveLength(4_096)
  expect(barred[0]).toBe(true)
  expect(failures.isBarred('203.0.113.9')).toBe(false)
  expect(failures.isBarred('2001:db8:ffff::1')).toBe(false)
})
