import { describe, expect, test } from 'vitest'
import { buildPlan } from './build.js'
import { DEFAULT_REQUEST, type PlanRequest } from './request.js'
import { schedule } from './schedule.js'
import { variantsPlan } from './variants.js'

const ask = (changes: Partial<PlanRequest>) =>
  buildPlan({ ...DEFAULT_REQUEST, transports: ['tcp'], repetitions: 3, ...changes })

describe('two configurations', () => {
  test('are measured A B B A, each case beside its partner', () => {
    const sizesBytes = [64, 1024]
    const plan = variantsPlan(ask({ sizesBytes }), ask({ sizesBytes, waits: ['spin'] }))
    const order = schedule(plan).map(
      ({ case: c, index }) => `${c.variant}${c.parameters.messageSizeBytes}#${index}`,
    )
    expect(order).toEqual([
      ...['a64#0', 'b64#0', 'a1024#0', 'b1024#0'],
      ...['b1024#1', 'a1024#1', 'b64#1', 'a64#1'],
      ...['a64#2', 'b64#2', 'a1024#2', 'b1024#2'],
    ])
  })

  test('may have the same names', () => {
    const plan = variantsPlan(ask({}), ask({ warmupCapNs: 0 }))
    expect(plan.cases.map(({ key, variant }) => [key, variant])).toEqual([
      ['tcp/ping-pong/64B/block', 'a'],
      ['tcp/ping-pong/64B/block', 'b'],
    ])
  })

  test.each([
    ['of other numbers of cases', { sizesBytes: [64, 128] }, /A has 1 case and B has 2 cases/],
    ['of other workloads', { workloads: ['stream'] }, /ping-pong cannot be held against a stream/],
  ] as const)('are refused when %s', (_, changes, says) => {
    expect(() => variantsPlan(ask({}), ask(changes))).toThrow(says)
  })

  test('are refused when they are too many together', () => {
    const many = ask({ sizesBytes: Array.from({ length: 600 }, (_, i) => i + 1) })
    expect(() => variantsPlan(many, many)).toThrow(/make 1200 cases/)
  })
})
