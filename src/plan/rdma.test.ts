import { describe, expect, test } from 'vitest'
import { XrbenchError } from '../errors.js'
import { QUEUE_PAIR_TYPES, RDMA_OPERATIONS } from '../options/rdma.js'
import { buildPlan } from './build.js'
import { DEFAULT_RDMA } from './rdma.js'
import { DEFAULT_REQUEST, type PlanRequest } from './request.js'

const plan = (rdma: Partial<typeof DEFAULT_RDMA>, changes: Partial<PlanRequest> = {}) =>
  buildPlan({
    ...DEFAULT_REQUEST,
    transports: ['rdma'],
    waits: ['spin'],
    rdma: { ...DEFAULT_RDMA, ...rdma },
    ...changes,
  })
const keys = (...args: Parameters<typeof plan>) => plan(...args).cases.map((c) => c.key)
const refusal = (...args: Parameters<typeof plan>) => {
  try {
    plan(...args)
  } catch (error) {
    if (error instanceof XrbenchError) return error
    throw error
  }
  throw new Error('was not refused')
}

describe('cases', () => {
  test('service and operation are always in the name', () => {
    expect(keys({})).toEqual(['rdma/ping-pong/64B/spin/rc/send'])
    expect(keys({ queuePair: 'ud' }, { workloads: ['stream'] })).toEqual([
      'rdma/stream/256B/spin/ud/send',
    ])
  })

  test('an atomic operation has the one size it can have', () => {
    expect(keys({ operation: 'fetch-add' })).toEqual(['rdma/ping-pong/8B/spin/rc/fetch-add'])
  })

  test('what differs from machine to machine is not in the name, what changes the number is', () => {
    const where = { device: 'mlx5_0', port: 1, gidIndex: 3 }
    expect(keys({ ...where, txDepth: 64, postList: 4, inlineBytes: 0 }, { verify: true })).toEqual([
      'rdma/ping-pong/64B/spin/rc/send/tx-depth=64/post-list=4/inline=0B/verify',
    ])
  })

  test('another way to connect is in the name', () => {
    expect(keys({ connectBy: 'rdma-cm' })).toEqual(['rdma/ping-pong/64B/spin/rc/send/rdma-cm'])
  })

  test.each(['uc', 'ud'] as const)('rdma-cm is not for %s', (queuePair) => {
    expect(() => plan({ connectBy: 'rdma-cm', queuePair })).toThrow(
      expect.objectContaining({ code: 'XRB_RDMA_COMBINATION', exitCode: 2 }),
    )
  })

  test('other transports have no RDMA options', () => {
    const { cases } = plan({}, { transports: ['rdma', 'tcp'] })
    expect(cases.map((c) => c.parameters.rdma === null)).toEqual([false, true])
  })
})

test('requests go where their ends can tell of receives', () => {
  const taken = QUEUE_PAIR_TYPES.flatMap((queuePair) =>
    RDMA_OPERATIONS.filter((operation) => {
      try {
        return plan({ queuePair, operation }, { workloads: ['rr'] }).cases.length > 0
      } catch (error) {
        expect(error).toMatchObject({ code: 'XRB_RDMA_COMBINATION', exitCode: 2 })
        return false
      }
    }).map((operation) => `${queuePair} ${operation}`),
  )
  expect(taken).toEqual(['rc send', 'rc write-imm', 'uc send', 'ud send'])
})

test('each service takes the operations that the standard gives it', () => {
  const taken = QUEUE_PAIR_TYPES.flatMap((queuePair) =>
    RDMA_OPERATIONS.filter((operation) => {
      try {
        return plan({ queuePair, operation }).cases.length > 0
      } catch {
        return false
      }
    }).map((operation) => `${queuePair} ${operation}`),
  )
  expect(taken).toEqual([
    'rc send',
    'rc write',
    'rc write-imm',
    'rc read',
    'rc fetch-add',
    'rc compare-swap',
    'uc send',
    'uc write',
    'uc write-imm',
    'ud send',
  ])
})

test.each([
  ['read over UC', { queuePair: 'uc', operation: 'read' }, {}, /--qp rc/],
  ['a stream of atomics', { operation: 'fetch-add' }, { workloads: ['stream'] }, /ping-pong/],
  ['16-byte atomics', { operation: 'fetch-add' }, { sizesBytes: [16] }, /--size 8/],
  ['a sleeping write ping-pong', { operation: 'write' }, { waits: ['block'] }, /--wait spin/],
  ['uncounted losses', { queuePair: 'uc', operation: 'write' }, { workloads: ['stream'] }, /rc/],
  ['a rate of reads', { operation: 'read' }, { workloads: ['stream'], rateBitsPerSec: 1 }, /rate/],
] as const)('%s is refused with a hint', (_, rdma, changes, hint) => {
  const error = refusal(rdma, changes)
  expect(error.code).toBe('XRB_RDMA_COMBINATION')
  expect(error.exitCode).toBe(2)
  expect(error.hint).toMatch(hint)
})
