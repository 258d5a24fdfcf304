import { expect, it } from 'vitest'
import { remoteParameters } from '../endpoint/spec.js'
import { testCase } from '../fixtures/case.js'
import { Budget, bufferedBytes } from './budget.js'

const MIB = 1024 ** 2

function bytesOf(...[what, parameters]: Parameters<typeof testCase>): number {
  const c = testCase(what, parameters)
  return bufferedBytes(c.transport, c.workload, remoteParameters(c, 'server'))
}

it('counts both directions, and both messages of a round trip', () => {
  const stream = { streams: 64, messageSizeBytes: 16 * MIB }
  expect(bytesOf({ workload: 'stream' }, { ...stream, direction: 'up' })).toBe(1024 * MIB)
  expect(bytesOf({ workload: 'stream' }, { ...stream, direction: 'both' })).toBe(2048 * MIB)
  expect(bytesOf({}, { messageSizeBytes: MIB })).toBe(2 * MIB)
  const rr = { messageSizeBytes: 64, responseSizeBytes: MIB, inflight: 4 }
  expect(bytesOf({ workload: 'rr' }, rr)).toBe(MIB + 64)
})

it('is one for all, and whole again at the end', () => {
  const budget = new Budget(10)
  const first = budget.take(6)
  expect(first).not.toBeNull()
  expect(budget.take(5)).toBeNull()
  expect(budget.take(4)).not.toBeNull()
  first?.()
  first?.()
  expect(budget.freeBytes).toBe(6)
})
