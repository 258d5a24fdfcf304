import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Ration } from './ration.js'

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
})

it('lets so many through each minute, and counts the others', () => {
  const rests: number[] = []
  const ration = new Ration(3, (count) => rests.push(count))
  const let_ = (n: number) => Array.from({ length: n }, () => ration.take()).filter(Boolean).length
  expect(let_(1500)).toBe(3)
  vi.advanceTimersByTime(59_999)
  expect(let_(1)).toBe(0)
  expect(rests).toEqual([])
  vi.advanceTimersByTime(1)
  expect(rests).toEqual([1498])
  expect(let_(3)).toBe(3)
  vi.advanceTimersByTime(60_000)
  expect(rests).toEqual([1498])
  expect(let_(5)).toBe(3)
  ration.close()
  ration.close()
  expect(rests).toEqual([1498, 2])
})
